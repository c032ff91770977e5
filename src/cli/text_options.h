// The options that select the texts of a command: those of the command line, lines of standard input, or the rows of a
// file.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace hone::cli {

// The compiler compares these names with the tables of text_input.cpp.
inline constexpr std::array<std::string_view, 2> kOutputFormatNames = {"jsonl", "csv"};
inline constexpr std::array<std::string_view, 4> kOnEmptyNames = {"keep", "null", "skip", "error"};

struct TextOptions {
  std::vector<std::string> text;
  std::string text_pair;
  std::filesystem::path file, output;
  std::string output_format;
  bool overwrite = false;
  std::string on_empty = "keep";
  std::string text_column, text_pair_column;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Texts");
    visit.positional("text", self.text, "a text; may be given several times; -: each line of standard input is a text")
        .not_split()
        .value_name("TEXT");
    visit("text_pair", self.text_pair, "the second text of a pair").value_name("TEXT");
    visit("file", self.file, "file of rows: csv, tsv, json, jsonl, parquet, arrow or txt; -: standard input")
        .value_name("FILE");
    visit("output", self.output,
          "file for the results of --file, which appears when all are written; -: standard output")
        .value_name("FILE");
    visit("output_format", self.output_format, "format of --output")
        .choices(choices_of(kOutputFormatNames))
        .default_text("by the extension of --output; jsonl for -");
    visit("overwrite", self.overwrite, "replace an --output that exists; without it that is an error");
    visit("on_empty", self.on_empty,
          "a row whose text is missing or blank: keep takes it as an empty text, null gives it a row of nulls, skip "
          "writes nothing for it, error stops")
        .choices(choices_of(kOnEmptyNames));
    visit("text_column", self.text_column, "column that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("text_pair_column", self.text_pair_column, "column that holds the second text of a pair").value_name("NAME");
  }
};

}  // namespace hone::cli
