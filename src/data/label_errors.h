// The result of hone data labels: the rows ranked by how probably their label is wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "data/inputs.h"
#include "data/label_issues.h"
#include "data/labelled_rows.h"
#include "data/nearest_rows.h"
#include "data/outputs.h"

namespace hone::data {

struct LabelErrorOptions {
  InputOptions input;
  LabelIssueOptions rule;
  std::filesystem::path probabilities;
  int64_t max_examples = 10;
  OutputOptions output;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    table::ColumnOptions::fields(self.input, visit);
    visit.group("Probabilities");
    visit("probabilities", self.probabilities,
          "file with the probability of each class for every row, from a model that did not see the row: .npy, or rows "
          "as hone predict writes them; without it, models are trained")
        .value_name("FILE")
        .default_text("out-of-fold predictions of --model");
    visit.group("Label errors");
    LabelIssueOptions::fields(self.rule, visit);
    visit("max_examples", self.max_examples, "rows that the text on the terminal shows").in_range(0, 1000);
    OutputOptions::fields(self.output, visit);
  }
};

// A row whose label was checked.
struct CheckedLabel {
  size_t index = 0;  // into LabelledRows::numbers
  bool is_issue = false;
  double quality = 0;
  int64_t given = 0, predicted = 0;
  double given_probability = 0, predicted_probability = 0;
  // The output for the label minus the largest other output, averaged over the epochs that trained on the row (Pleiss
  // et al., arXiv 2001.10528).
  std::optional<double> margin;
  // The rows with the most similar texts whose label is `predicted` and whose label the model shares; indices into
  // LabelledRows::numbers. Only for issues.
  std::vector<NearRow> agreeing;
};

struct LabelErrors {
  std::vector<CheckedLabel> ranked;  // issues first; both parts by quality, the worst first
  uint64_t num_issues = 0;
};

// `margins` [N], or empty if there are none; they decide the ranking of kMarginRank, which needs them. NaN: the row has
// none, and is ranked last.
LabelErrors find_label_errors(const LabelledRows& rows, const ClassProbabilities& probabilities,
                              const LabelIssueOptions& rule, std::span<const double> margins = {});

// `max_examples` issues with text, label, the model's say and the nearest agreeing row; lines of at most `width`.
std::string to_text(const LabelErrors& errors, const LabelledRows& rows, size_t max_examples, size_t width);

// {"rows", "classes", "num_issues", "changes": [{"given_label", "predicted_label", "rows"}], "issues": [...]}.
Json to_json(const LabelErrors& errors, const LabelledRows& rows);

// The columns that the output has beside those of the files. The first is the number of the row in the files; the last
// one is there if the rows have margins.
inline constexpr std::array<std::string_view, 8> kLabelErrorColumns = {
    "row",           "is_label_issue",   "label_quality", "given_label", "predicted_label", "predicted_probability",
    "agreeing_rows", "area_under_margin"};

// Writes the ranked rows with their columns, then kLabelErrorColumns, which replace columns of the same name. Returns
// the number of rows.
uint64_t write_label_errors(const LabelErrors& errors, const LabelledRows& rows, const OutputOptions& options);

}  // namespace hone::data
