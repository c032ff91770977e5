// Makes vectors of texts with a model folder, as sentence-transformers does. N texts, W values of a vector.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/adapter_folder.h"
#include "model/model.h"
#include "model/sentence_head.h"
#include "tensor/compute.h"
#include "text/tokenizer.h"
#include "text/unknown_tokens.h"

namespace hone::task {

// What a command wants otherwise than the folder says; unset values are the folder's.
struct EmbedRequest {
  std::string pooling = {};                // a name of model::poolings()
  bool normalize = false;                  // the vectors get length 1 at the end
  std::optional<std::string> prompt = {};  // stands before each text
  std::string prompt_name = {};            // of a prompt of the folder
  std::optional<int64_t> width = {};       // the first values that are kept
  std::optional<int64_t> max_seq_length = {};
  std::optional<int64_t> batch_size = {};  // texts that are computed at once; unset: as many as have kTokensAtOnce
};

class Embedder {
 public:
  static constexpr uint64_t kTokensAtOnce = 4096;

  // Loads the body of a model, with an adapter as part of it, and says how a folder without modules.json is pooled.
  // Errors: those of model::SentenceConfig, SentenceHead and load_model; kUsage for a request that the model cannot
  // fulfil; kInput for a folder without weights.
  static Embedder load(const model::ModelFolder& folder, const EmbedRequest& request);

  void set_compute(const tensor::Compute& compute);
  int64_t width() const { return width_; }
  size_t max_length() const { return max_length_; }  // tokens of a text
  const model::SentenceConfig& config() const { return head_->config(); }
  const model::Model& model() const { return *model_; }

  // Tokenizes texts with the prompt before each, on num_threads threads (0: all cores). Errors: those of
  // text::Tokenizer::encode.
  std::vector<text::Encoding> encode(std::span<const std::string_view> texts, int num_threads = 0) const;

  // Writes the vectors [N, W] in the order of `rows`; computes them sorted by length. A row without a token becomes
  // zeros. Calls `done` with the number of rows after each batch. Error (kInput): a vector that holds no finite number,
  // which `place_of` names.
  void embed(std::span<const text::Encoding> rows, std::span<float> vectors,
             const std::function<std::string(size_t row)>& place_of,
             const std::function<void(size_t num_rows)>& done = {}) const;

  text::UnknownTokens unknown_tokens(std::span<const text::Encoding> rows) const;

  // Both, for a few texts: [N, W] one after another.
  std::vector<float> embed_texts(std::span<const std::string_view> texts) const;

 private:
  Embedder(std::shared_ptr<model::Model> model, std::shared_ptr<model::SentenceHead> head, text::Tokenizer tokenizer)
      : model_(std::move(model)), head_(std::move(head)), tokenizer_(std::move(tokenizer)) {}
  void settle(const EmbedRequest& request);
  at::Tensor vectors_of(std::span<const text::Encoding> rows, std::span<const uint64_t> batch) const;

  std::shared_ptr<model::Model> model_;
  std::shared_ptr<model::SentenceHead> head_;
  text::Tokenizer tokenizer_;
  std::string prompt_;
  int64_t num_prompt_tokens_ = 0, width_ = 0;
  size_t max_length_ = 0;
  uint64_t rows_at_once_ = UINT64_MAX;
  bool lowercases_ = false, normalize_ = false;
};

// Returns the text in lower case, character by character.
std::string in_lower_case(std::string_view text);

}  // namespace hone::task
