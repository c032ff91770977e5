// The options that name a model which makes vectors of texts, and say how it reads them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/names.h"

namespace hone::cli {

// The names of model::poolings(), except for "last", which is sentence-transformers' "lasttoken".
inline constexpr std::array<std::string_view, 6> kPoolingNames = {"mean", "cls",          "max",
                                                                  "last", "weightedmean", "mean_sqrt_len_tokens"};

struct EmbeddingModelOptions {
  std::filesystem::path model_name_or_path, base_model;
  std::string pooling;
  bool normalize = false;
  std::optional<std::string> prompt;
  std::string prompt_name;
  std::optional<int64_t> width, max_seq_length, batch_size;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path,
          "folder of a model of sentence-transformers, or of another model in Hugging Face's format")
        .alias("model")
        .value_name("DIR");
    visit("base_model", self.base_model, "folder of the base model, if --model is an adapter that names another place")
        .value_name("DIR");
    visit("pooling", self.pooling, "what of the tokens becomes the vector of a text")
        .choices(choices_of(kPoolingNames))
        .default_text("that of the model; without a modules.json: mean");
    visit("normalize", self.normalize, "divide each vector by its length");
    visit("prompt", self.prompt, "stands before each text").value_name("TEXT");
    visit("prompt_name", self.prompt_name, "a prompt of the model, such as query or document")
        .value_name("NAME")
        .default_text("the model's default_prompt_name");
    visit("width", self.width, "keep only the first N values of a vector, as of a Matryoshka model")
        .at_least(1)
        .default_text("all values");
    visit("max_seq_length", self.max_seq_length, "longest text in tokens; longer texts are truncated, with a warning")
        .at_least(2)
        .default_text("that of the model");
    visit("batch_size", self.batch_size, "texts that are computed at once")
        .at_least(1)
        .default_text("as many as have 4096 tokens");
  }
};

}  // namespace hone::cli
