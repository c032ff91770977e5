// The options that select the rows of a command that reads only texts, without labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "table/row_options.h"

namespace hone::cli {

struct TextRowsOptions : table::DatasetOptions {
  std::string split;
  std::vector<std::string> text_column;
  std::optional<int64_t> max_samples;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Data");
    table::DatasetOptions::fields(self, visit);
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
