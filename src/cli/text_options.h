// The options that say which texts a command works on: those of the command line, or the rows of a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hone::cli {

struct TextOptions {
  std::vector<std::string> text;
  std::string text_pair;
  std::filesystem::path file, output;
  std::string text_column, text_pair_column;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Texts");
    visit.positional("text", self.text, "a text; may be given several times").not_split().value_name("TEXT");
    visit("text_pair", self.text_pair, "the second text of a pair").value_name("TEXT");
    visit("file", self.file, "file of rows: csv, tsv, json, jsonl, parquet, arrow or txt").value_name("FILE");
    visit("output", self.output, "where the results of --file go, a line a row").value_name("FILE");
    visit("text_column", self.text_column, "column that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("text_pair_column", self.text_pair_column, "column that holds the second text of a pair").value_name("NAME");
  }
};

}  // namespace hone::cli
