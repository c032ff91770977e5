// The section on duplicates: equal texts, near duplicates, contradicting labels, and leaks between parts.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/shell.h"
#include "data/key_counts.h"
#include "data/near_duplicates.h"
#include "data/report_parts.h"
#include "table/value.h"

namespace hone::data {

namespace {

constexpr size_t kMaxPairs = 200;

}  // namespace

// Returns the first row with an equal text for each row. `equal_leaks` gets the earlier parts with an equal text, as
// NearDuplicates::leaks. A blank text equals no other.
std::vector<uint32_t> ReportBuilder::find_equal_texts(std::vector<uint32_t>& equal_leaks) {
  std::vector<uint32_t> first_equal(size());
  std::iota(first_equal.begin(), first_equal.end(), 0U);
  equal_leaks.assign(size(), 0);
  KeyCounts counts(8 * uint64_t{size()});
  for (uint32_t row = 0; row < size(); ++row) {
    if (!facts(row).is_blank) counts.add(facts(row).text_hash);
  }
  std::vector<KeyedRow> rows;
  for (uint32_t row = 0; row < size(); ++row) {
    if (!facts(row).is_blank && counts.may_occur(facts(row).text_hash, 2)) rows.push_back({facts(row).text_hash, row});
  }
  std::ranges::sort(rows);
  std::string scratch, other;
  for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
    while (end < rows.size() && rows[end].key == rows[begin].key) ++end;
    if (end - begin < 2) continue;
    const uint32_t first = rows[begin].row;
    const std::string text(table::stripped(analysis_.text(first, scratch)));
    uint32_t parts = 0;
    for (size_t i = begin; i < end; ++i) {
      const uint32_t row = rows[i].row;
      if (table::stripped(analysis_.text(row, other)) != text) continue;  // another text with the same hash
      const auto part = static_cast<uint32_t>(analysis_.part_of(row));
      first_equal[row] = first;
      equal_leaks[row] = parts & ((1U << part) - 1);
      parts |= 1U << part;
    }
  }
  return first_equal;
}

void ReportBuilder::add_conflicts(const std::vector<uint32_t>& first_equal) {
  const auto& labels = analysis_.labels();
  if (labels.empty()) return;
  std::vector<uint32_t> label_of_first(size(), Analysis::kNoLabel);
  std::vector<bool> conflicts(size());
  for (uint64_t row = 0; row < size(); ++row) {
    uint32_t& label = label_of_first[first_equal[row]];
    if (labels[row] == Analysis::kNoLabel) continue;
    if (label == Analysis::kNoLabel) label = labels[row];
    if (label != labels[row]) conflicts[first_equal[row]] = true;
  }
  report_.duplicates.conflict_texts = static_cast<uint64_t>(std::ranges::count(conflicts, true));
  std::vector<KeyedRow> rows;
  for (uint32_t row = 0; row < size(); ++row) {
    if (conflicts[first_equal[row]]) rows.push_back({first_equal[row], row});
  }
  report_.duplicates.conflict_rows = rows.size();
  if (rows.empty()) return;
  std::ranges::sort(rows);
  Finding& finding = add_finding("label_conflicts", rows.size(), fmt::format("{}", report_.duplicates.conflict_texts));
  for (const auto& [first, row] : rows) {
    if (finding.examples.size() >= 2 * static_cast<size_t>(options_.max_examples)) break;
    const uint32_t label = labels[row];
    finding.examples.push_back(
        analysis_.example(row, label == Analysis::kNoLabel ? "no label" : analysis_.label_names()[label]));
  }
  finding.commands.push_back(clean_command(0, "--duplicates majority"));
}

void ReportBuilder::add_pairs(const NearDuplicates& near) {
  for (const SimilarPair& pair : near.pairs) {
    if (report_.duplicates.pairs.size() >= kMaxPairs) break;
    if (facts(pair.first).text_hash == facts(pair.second).text_hash) continue;
    report_.duplicates.pairs.push_back(
        {analysis_.example(pair.first), analysis_.example(pair.second), pair.similarity});
  }
}

void ReportBuilder::add_duplicates() {
  std::vector<uint32_t> equal_leaks;
  const std::vector<uint32_t> first_equal = find_equal_texts(equal_leaks);
  NearDuplicates near;
  if (options_.near_duplicates) {
    NearDuplicateInput input;
    input.num_rows = analysis_.size();
    input.text = [&](uint64_t row, std::string& scratch) { return analysis_.text(row, scratch); };
    input.part_begins.clear();
    for (const Analysis::Part& part : analysis_.parts()) input.part_begins.push_back(part.begin);
    input.threshold = options_.near_duplicate_threshold;
    near = find_near_duplicates(input);
    report_.duplicates.threshold = input.threshold;
    report_.duplicates.recall = near.recall;
    add_pairs(near);
  }
  const auto is_exact = [&](uint64_t row) { return first_equal[row] != row; };
  const auto is_near = [&](uint64_t row) {
    return !near.cluster.empty() && !is_exact(row) && near.cluster[row] != row;
  };
  report_.duplicates.exact_rows = add_row_finding("exact_duplicates", is_exact, "--duplicates first");
  report_.duplicates.near_rows = add_row_finding("near_duplicates", is_near, "--near-duplicates first");
  add_conflicts(first_equal);
  for (size_t part = 1; part < analysis_.parts().size(); ++part) {
    for (size_t earlier = 0; earlier < part; ++earlier) {
      Leak leak = {analysis_.parts()[part].name, analysis_.parts()[earlier].name, analysis_.parts()[part].rows.size()};
      const auto is_equal = [&](uint64_t row) { return (equal_leaks[row] >> earlier & 1) != 0; };
      const auto is_leak = [&](uint64_t row) {
        return analysis_.part_of(row) == part &&
               (is_equal(row) || (!near.leaks.empty() && (near.leaks[row] >> earlier & 1) != 0));
      };
      for (uint64_t row = 0; row < size(); ++row) {
        if (is_leak(row)) ++(is_equal(row) ? leak.exact : leak.near);
      }
      report_.leaks.push_back(leak);
      if (leak.exact + leak.near == 0) continue;
      add_row_finding("leak", is_leak, "",
                      fmt::format("{} also stand in {} ({} equal, {} nearly equal)", leak.part, leak.earlier_part,
                                  leak.exact, leak.near));
      std::string train;
      for (const std::string& file : analysis_.parts()[earlier].files)
        train += " --drop-rows-of " + shell_argument(file);
      report_.findings.back().total = leak.rows;
      report_.findings.back().commands.push_back(clean_command(part, train.substr(1)));
      clean_flags_[part] += train;
    }
  }
}

}  // namespace hone::data
