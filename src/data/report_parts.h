// The sections of a report; each fills its part of the Report and adds its findings. Internal to the floor.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/analysis.h"

namespace hone::data {

class ReportBuilder {
 public:
  explicit ReportBuilder(const ReportOptions& options) : options_(options), analysis_(options) {}

  Report build();

 private:
  using RowTest = std::function<bool(uint64_t row)>;

  void add_columns();  // report_columns.cpp
  void add_lengths();  // report_lengths.cpp
  void add_truncations();
  void add_length_findings();
  void add_texts();  // report_texts.cpp
  void add_noise();
  void add_boilerplate();
  void add_labels();  // report_labels.cpp
  void add_classes();
  void add_class_findings();
  void add_label_name_findings();
  void add_order_findings();
  void add_duplicates();  // report_duplicates.cpp
  void add_pairs(const struct NearDuplicates& near);
  std::vector<uint32_t> find_equal_texts(std::vector<uint32_t>& equal_leaks);
  // Adds the rows that the page lists for the bars of its charts.
  void add_chart_examples();
  void add_class_examples();
  void add_conflicts(const std::vector<uint32_t>& first_equal);

  uint64_t size() const { return analysis_.size(); }
  const RowFacts& facts(uint64_t row) const { return analysis_.facts()[row]; }
  Finding& add_finding(std::string id, uint64_t rows, std::string detail = "");
  // Adds a finding about the rows that pass the test, with examples and a hone data clean command for their files.
  // Adds nothing if there are none. Returns the number of rows.
  uint64_t add_row_finding(std::string id, const RowTest& test, std::string_view clean_flags, std::string detail = "");
  // Returns "hone data clean FILE <flags> --output FILE.clean.csv" for the files of a part.
  std::string clean_command(size_t part, std::string_view flags) const;
  bool has_examples_left(const Finding& finding) const {
    return finding.examples.size() < static_cast<size_t>(options_.max_examples);
  }

  const ReportOptions& options_;
  std::vector<std::string> clean_flags_;  // of each part, for Report::commands
  Analysis analysis_;
  Report report_;
};

}  // namespace hone::data
