// What a data set holds and what is wrong with it: the report of hone data report. docs/data.md explains each number.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/inputs.h"
#include "data/near_duplicates.h"

namespace hone::data {

struct ReportOptions : NearDuplicateOptions {
  InputOptions input;
  std::filesystem::path model_name_or_path;  // of a tokenizer; empty: no tokens are counted
  bool near_duplicates = true;
  int64_t max_examples = 5;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    table::ColumnOptions::fields(self.input, visit);
    visit.group("Report");
    visit("model_name_or_path", self.model_name_or_path, "folder of a model whose tokenizer counts tokens")
        .alias("model")
        .value_name("DIR")
        .default_text("no tokens are counted");
    visit("near_duplicates", self.near_duplicates, "search for texts that are almost equal");
    NearDuplicateOptions::fields(self, visit);
    visit("max_examples", self.max_examples, "rows that are shown for each finding").in_range(0, 1000);
  }
};

struct PartReport {
  std::string name;
  std::vector<std::string> files;
  uint64_t rows = 0;
};

struct ColumnReport {
  std::string name, type, role;  // role: "text", "label" or ""
  uint64_t missing = 0;          // null cells
  uint64_t blank = 0;            // texts that are empty or only white space
};

struct Example {
  uint64_t row = 0;      // in the order of the parts
  std::string location;  // "train.csv:17"
  std::string text;      // shortened
  std::string note;
};

struct ClassReport {
  std::string name;
  std::vector<uint64_t> rows;     // in each part
  std::vector<Example> examples;  // the first rows; only for the classes that the page draws
  uint64_t total() const;

  static constexpr size_t kMaxDrawn = 30;
};

// Numbers whose order statistics and histogram describe them.
struct Distribution {
  uint64_t count = 0;
  double mean = 0, minimum = 0, q25 = 0, median = 0, q75 = 0, q90 = 0, q95 = 0, q99 = 0, maximum = 0;
  struct Bin {
    double begin = 0, end = 0;
    uint64_t count = 0;
    std::vector<Example> examples;  // the first rows; empty for labels that are numbers
  };
  std::vector<Bin> bins;

  // Returns the bin that counts the value, which must be one of the values.
  size_t bin_of(double value) const;
};

// Quantiles are those of numpy's default (linear). At most `max_bins` bins of equal width; values above the 99.5 %
// quantile stand in the last bin.
Distribution distribution_of(std::vector<double> values, size_t max_bins = 40);

// How many rows a max_length truncates, and the share of all tokens that is lost.
struct Truncation {
  int64_t max_length = 0;
  uint64_t rows = 0;
  double token_share = 0;
};

struct Share {
  std::string name;
  uint64_t rows = 0;
};

struct PairExample {
  Example first, second;
  double similarity = 0;
};

// Rows of `part` that also stand in an earlier part.
struct Leak {
  std::string part, earlier_part;
  uint64_t rows = 0;   // of `part`
  uint64_t exact = 0;  // with an equal text in `earlier_part`
  uint64_t near = 0;   // with an almost equal one, but no equal one
};

struct DuplicateReport {
  uint64_t exact_rows = 0;      // rows whose text an earlier row has
  uint64_t near_rows = 0;       // other rows that are near duplicates of an earlier row
  uint64_t conflict_texts = 0;  // equal texts with several labels
  uint64_t conflict_rows = 0;
  std::optional<double> threshold, recall;  // unset: near duplicates were not searched
  std::vector<PairExample> pairs;           // near duplicates that are not equal
};

enum class Severity { kProblem, kWarning, kNote };

// Something that the user should know. `id` names a row of the table of findings (findings.h).
struct Finding {
  std::string id;
  uint64_t rows = 0, total = 0;
  std::string detail;  // numbers or names that the sentence of the finding shows
  std::vector<std::string> commands;
  std::vector<Example> examples;
};

struct Report {
  std::vector<PartReport> parts;
  std::vector<ColumnReport> columns;
  std::string text_column, text_pair_column, label_column;  // empty if the rows lack such a column
  uint64_t rows = 0;
  std::vector<ClassReport> classes;  // by rows, most first; empty for numbers and without a label column
  std::optional<Distribution> label_numbers;
  Distribution characters;
  std::optional<Distribution> tokens;
  std::vector<Truncation> truncations;
  double unknown_token_share = 0;
  std::vector<Share> scripts, languages, noise;
  std::vector<Leak> leaks;
  DuplicateReport duplicates;
  std::vector<Finding> findings;  // problems first
  // One hone data clean for each part that removes what its problems and warnings name.
  std::vector<std::string> commands;
};

// Reads the files and makes the report. Errors: those of the readers; kInput for files without rows or without a text
// column; kUsage for more than 32 parts.
Report make_report(const ReportOptions& options);

}  // namespace hone::data
