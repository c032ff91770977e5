// What the rules of a cleaning changed, for programs and for the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace hone::data {

struct CleanExample {
  std::string location, before, after;  // after: empty for a dropped row
};

// What one rule did.
struct RuleRecord {
  std::string name;
  bool drops = false;  // the rule drops rows; otherwise it changes texts or labels
  uint64_t rows = 0;
  std::vector<CleanExample> examples;  // at most kMaxExamples
  std::vector<uint64_t> row_numbers;   // in the input, from 0; at most kMaxRowNumbers

  static constexpr size_t kMaxExamples = 5, kMaxRowNumbers = 10'000;
};

struct CleanRecord {
  uint64_t rows_before = 0, rows_after = 0;
  std::vector<RuleRecord> rules;  // those that were on, in the order in which they were applied
  std::vector<std::string> warnings;
};

Json to_json(const CleanRecord& record);
// Returns a table for the terminal.
std::string to_text(const CleanRecord& record, size_t width = 80);

}  // namespace hone::data
