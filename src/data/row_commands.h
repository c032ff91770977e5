// Commands that show rows or bring them into another format: show, head, sample, convert and merge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/inputs.h"
#include "data/outputs.h"

namespace hone::data {

struct HeadOptions {
  InputOptions input;
  OutputOptions output;
  int64_t num_rows = 5;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    visit("num_rows", self.num_rows, "rows to take from the beginning").at_least(1);
    OutputOptions::fields(self.output, visit);
  }
};

struct ShowOptions {
  InputOptions input;
  OutputOptions output;
  std::vector<std::string> rows;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    visit("rows", self.rows, "numbers of rows, counted from 0 through all files, and ranges such as 20-25")
        .required()
        .value_name("N,N-M,...");
    OutputOptions::fields(self.output, visit);
  }
};

struct RowSampleOptions {
  InputOptions input;
  OutputOptions output;
  int64_t num_rows = 5;
  uint64_t seed = 42;
  bool per_class = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    visit("num_rows", self.num_rows, "rows to draw").at_least(1);
    visit("seed", self.seed, "seed; the rows are those of datasets' shuffle(seed).select(range(N))");
    visit("per_class", self.per_class, "draw this many rows of each class");
    visit("label_column", self.input.label_column, "column that holds the class")
        .value_name("NAME")
        .default_text("found by name: label, sentiment, class ...");
    OutputOptions::fields(self.output, visit);
  }
};

struct ConvertOptions {
  InputOptions input;
  OutputOptions output;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    OutputOptions::fields(self.output, visit);
  }
};

struct MergeOptions {
  InputOptions input;
  OutputOptions output;
  std::string source_column;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    visit("source_column", self.source_column, "column to add, with the name of each row's file")
        .value_name("NAME")
        .default_text("none");
    OutputOptions::fields(self.output, visit);
  }
};

// Each returns the text for the terminal: the rows, or how many were written to the output. Rows are read batch by
// batch in constant memory, except by sample and show. Errors: those of reading and writing.
std::string head_rows(const HeadOptions& options);
std::string show_rows(const ShowOptions& options);
// The rows of show.
table::Rows named_rows(const ShowOptions& options);
std::string sample_rows(const RowSampleOptions& options);
std::string convert_rows(const ConvertOptions& options);
std::string merge_rows(const MergeOptions& options);

// Parses "3", "20-25". Errors (kUsage): another form, or a number that is not below `num_rows`.
std::vector<uint64_t> parsed_rows(const std::vector<std::string>& ranges, uint64_t num_rows);

}  // namespace hone::data
