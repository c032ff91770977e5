// Options of hone tokenize.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone::cli {

struct TokenizeOptions {
  std::filesystem::path model_name_or_path;
  std::vector<std::string> text;
  std::string text_pair;
  std::filesystem::path file, output;
  std::string text_column, text_pair_column;
  std::optional<int64_t> max_seq_length;
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Tokenizer");
    visit("model_name_or_path", self.model_name_or_path, "folder that holds the tokenizer's files")
        .required()
        .alias("model")
        .value_name("DIR");
    visit.group("What to tokenize");
    visit.positional("text", self.text, "a text; may be given several times").not_split().value_name("TEXT");
    visit("text_pair", self.text_pair, "the second text of a pair").value_name("TEXT");
    visit("file", self.file, "file of rows: csv, tsv, json, jsonl, parquet, arrow or txt").value_name("FILE");
    visit("output", self.output, "where the ids of --file go, a JSON line a row").value_name("FILE");
    visit("text_column", self.text_column, "column that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("text_pair_column", self.text_pair_column, "column that holds the second text of a pair").value_name("NAME");
    visit("max_seq_length", self.max_seq_length, "longest row in tokens").at_least(2).default_text("no limit");
    visit("json", self.json, "write a JSON line for each text instead of a table");
  }
};

}  // namespace hone::cli
