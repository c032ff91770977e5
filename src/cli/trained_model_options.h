// The options that name a trained model, for the commands that apply one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace hone::cli {

struct TrainedModelOptions {
  std::filesystem::path model_name_or_path;
  std::optional<int64_t> max_seq_length;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of a trained model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    visit("max_seq_length", self.max_seq_length, "longest text in tokens; longer texts are truncated, with a warning")
        .at_least(2)
        .default_text("that of the training");
  }
};

}  // namespace hone::cli
