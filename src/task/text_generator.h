// Generates a text for each text, with a model that has an encoder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "generate/generation_config.h"
#include "model/model.h"
#include "task/options.h"
#include "text/tokenizer.h"

namespace hone::task {

class TextGenerator {
 public:
  // `folder` has the model's generation_config.json or config.json, whose settings are the defaults. `first_token`: the
  // decoder's, in place of the one that the folder names. Errors: those of the folder's settings; kUsage for a
  // forced_bos_token that the tokenizer lacks; kInput if nothing names the decoder's first token.
  TextGenerator(const std::filesystem::path& folder, const text::Tokenizer& tokenizer, const Seq2SeqOptions& options,
                std::optional<int32_t> first_token);

  // Returns the tokens of each answer, with the stop token.
  std::vector<std::vector<int32_t>> generate(const model::Model& model,
                                             std::span<const std::vector<int32_t>> texts) const;
  std::string decode(std::span<const int32_t> ids) const;

 private:
  std::vector<std::vector<int32_t>> greedy(const model::Model& model,
                                           std::span<const std::vector<int32_t>> texts) const;
  generate::Request request(const std::vector<int32_t>& text, uint64_t row) const;

  text::Tokenizer tokenizer_;
  generate::GenerationConfig config_;
  generate::GenerationOptions options_;
};

}  // namespace hone::task
