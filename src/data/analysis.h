// The rows of a data set with what is known of each of them, from which the report is made. Internal to the floor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/inputs.h"
#include "data/report.h"
#include "data/row_facts.h"

namespace hone::data {

// Rows are numbered through all parts.
class Analysis {
 public:
  // Reads all files. Tables that are larger than a quarter of the memory lie in a temporary file.
  explicit Analysis(const ReportOptions& options);

  struct Part {
    std::string name;
    std::vector<std::string> files;
    table::Rows rows;
    RowColumns columns;
    uint32_t begin = 0;
  };

  const std::vector<Part>& parts() const { return parts_; }
  size_t part_of(uint64_t row) const;
  uint32_t size() const { return static_cast<uint32_t>(facts_.size()); }
  // The text of a row, or "" if it is null.
  std::string_view text(uint64_t row, std::string& scratch) const;
  const std::vector<RowFacts>& facts() const { return facts_; }

  static constexpr uint32_t kNoLabel = UINT32_MAX;
  // The index of each row's label in label_names(); kNoLabel for a missing one. Empty without a label column, and for
  // labels that are fractions (label_values() then has the numbers of the rows that have one).
  const std::vector<uint32_t>& labels() const { return labels_; }
  const std::vector<std::string>& label_names() const { return label_names_; }
  const std::vector<double>& label_values() const { return label_values_; }
  uint64_t num_missing_labels() const { return num_missing_labels_; }
  uint64_t num_padded_labels() const { return num_padded_labels_; }

  Example example(uint64_t row, std::string note = "") const;

 private:
  void read_parts(const ReportOptions& options);
  void scan_texts(const ReportOptions& options);
  void read_labels();

  std::vector<Part> parts_;
  std::vector<RowTexts> texts_;  // for each part
  std::vector<RowFacts> facts_;
  std::vector<uint32_t> labels_;
  std::vector<std::string> label_names_;
  std::vector<double> label_values_;
  uint64_t num_missing_labels_ = 0;
  uint64_t num_padded_labels_ = 0;  // labels with white space around them
};

}  // namespace hone::data
