// The options that say where rows are and which column holds what, shared by the commands that read rows.
#pragma once

#include <filesystem>
#include <string>

namespace hone::table {

struct DatasetOptions {
  std::filesystem::path dataset;
  std::string dataset_config_name;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("dataset", self.dataset, "file or folder (in the Hub's layout) that holds the rows")
        .alias("dataset_name")
        .value_name("PATH");
    visit("dataset_config_name", self.dataset_config_name, "sub-folder of the data set, for example plain_text")
        .value_name("NAME");
  }
};

struct ColumnOptions {
  std::string text_column, text_pair_column, label_column;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("text_column", self.text_column, "column that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("text_pair_column", self.text_pair_column, "column that holds the second text of a pair")
        .value_name("NAME")
        .default_text("found by name: sentence2, hypothesis ...");
    visit("label_column", self.label_column, "column that holds the label")
        .value_name("NAME")
        .default_text("found by name: label, sentiment, class ...");
  }
};

}  // namespace hone::table
