// Options of hone tokenizer compare.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/text_rows_options.h"

namespace hone::cli {

struct TokenizerCompareOptions {
  std::vector<std::string> folders;
  TextRowsOptions rows;
  int64_t num_threads = 0;
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("folders", self.folders, "folders of models or of tokenizers, one row of the table each")
        .required()
        .not_split()
        .paths()
        .value_name("DIR");
    TextRowsOptions::fields(self.rows, visit);
    visit.group("Machine and output");
    visit("num_threads", self.num_threads, "threads that tokenize")
        .at_least(0)
        .default_text("one for each core of this process");
    visit("json", self.json, "write one JSON object instead of a table");
  }
};

}  // namespace hone::cli
