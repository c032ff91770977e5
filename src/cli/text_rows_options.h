// The options that select the rows of a command that reads only texts, without labels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone::cli {

struct TextRowsOptions {
  std::filesystem::path dataset;
  std::string dataset_config_name, split;
  std::vector<std::string> text_column;
  std::optional<int64_t> max_samples;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Data");
    visit("dataset", self.dataset, "file or folder (in the Hub's layout) that holds the rows")
        .alias("dataset_name")
        .value_name("PATH");
    visit("dataset_config_name", self.dataset_config_name, "sub-folder of the data set, for example plain_text")
        .value_name("NAME");
    visit("split", self.split, "split of the data set to read")
        .value_name("NAME")
        .default_text("train, or the only one");
    visit("text_column", self.text_column, "columns that hold texts")
        .value_name("NAME,...")
        .default_text("found by name: text, sentence, review ...");
    visit("max_samples", self.max_samples, "read this many rows: the first ones").at_least(1);
  }
};

}  // namespace hone::cli
