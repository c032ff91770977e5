// The section on labels: classes, their balance, and labels that are probably wrong.
#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/names.h"
#include "base/shell.h"
#include "base/terminal.h"
#include "base/utf8.h"
#include "data/report_parts.h"
#include "table/labels.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

constexpr uint64_t kSmallClass = 10;
constexpr double kUnbalanced = 3;  // times that the largest class is larger than the smallest
constexpr size_t kMaxComparedNames = 500;
constexpr size_t kMaxListed = 8;
constexpr double kTypoShare = 0.02;  // a typing error has at most this share of the rows of the right name

// Returns the letters and digits of a label in lower case; of a label without any, the label.
std::string plain_name(std::string_view name) {
  std::string plain;
  const char* p = name.data();
  const char* const end = p + name.size();
  while (p < end) {
    const char32_t code = next_code_point(p);
    if (text::is_punctuation(code) || text::is_whitespace(code)) continue;
    for (const char32_t lower : text::to_lowercase(code)) append_utf8(plain, lower);
  }
  return plain.empty() ? std::string(name) : plain;
}

// Returns "a, b, c and 4 more".
std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kMaxListed); ++i) list += (i > 0 ? ", " : "") + names[i];
  return names.size() > kMaxListed ? fmt::format("{} and {} more", list, names.size() - kMaxListed) : list;
}

}  // namespace

void ReportBuilder::add_labels() {
  if (!analysis_.label_values().empty()) report_.label_numbers = distribution_of(analysis_.label_values());
  if (analysis_.labels().empty()) {
    if (analysis_.num_missing_labels() > 0) add_finding("missing_labels", analysis_.num_missing_labels());
    return;
  }
  add_row_finding(
      "missing_labels", [&](uint64_t row) { return analysis_.labels()[row] == Analysis::kNoLabel; }, "--drop-missing");
  if (analysis_.num_padded_labels() > 0) {
    Finding& finding = add_finding("padded_labels", analysis_.num_padded_labels());
    finding.commands.push_back(clean_command(0, "--trim-labels"));
  }
  const size_t num_labels = analysis_.label_names().size();
  if (num_labels > table::LabelMap::kMaxClasses || (num_labels > 50 && num_labels * 2 > size())) {
    add_finding("label_is_text", size(), std::to_string(num_labels));
    return;
  }
  add_classes();
  add_class_findings();
  add_label_name_findings();
  add_order_findings();
}

void ReportBuilder::add_classes() {
  for (const std::string& name : analysis_.label_names()) {
    report_.classes.push_back({name, std::vector<uint64_t>(analysis_.parts().size())});
  }
  for (uint64_t row = 0; row < size(); ++row) {
    const uint32_t label = analysis_.labels()[row];
    if (label != Analysis::kNoLabel) ++report_.classes[label].rows[analysis_.part_of(row)];
  }
  std::ranges::stable_sort(report_.classes, std::greater(), &ClassReport::total);
}

void ReportBuilder::add_class_findings() {
  const auto& classes = report_.classes;
  if (classes.size() == 1) add_finding("single_class", classes[0].total(), classes[0].name);
  if (classes.size() < 2) return;
  const uint64_t labelled = std::accumulate(classes.begin(), classes.end(), uint64_t{0},
                                            [](uint64_t sum, const ClassReport& c) { return sum + c.total(); });
  if (static_cast<double>(classes.front().total()) >= kUnbalanced * static_cast<double>(classes.back().total())) {
    add_finding("imbalance", classes.front().total(),
                fmt::format("\"{}\" has {:.1f}% of the rows, \"{}\" has {:.1f}%", classes.front().name,
                            100.0 * static_cast<double>(classes.front().total()) / static_cast<double>(labelled),
                            classes.back().name,
                            100.0 * static_cast<double>(classes.back().total()) / static_cast<double>(labelled)));
  }
  std::vector<std::string> small, missing;
  uint64_t small_rows = 0, missing_rows = 0;
  const bool has_train = analysis_.parts().size() > 1 && analysis_.parts()[0].name == "train";
  for (const ClassReport& row : classes) {
    if (row.total() < kSmallClass) {
      small.push_back(fmt::format("\"{}\" ({})", row.name, row.total()));
      small_rows += row.total();
    }
    if (has_train && row.rows[0] == 0) {
      missing.push_back(fmt::format("\"{}\"", row.name));
      missing_rows += row.total();
    }
  }
  if (!small.empty()) add_finding("small_classes", small_rows, listed(small));
  if (!missing.empty()) add_finding("class_not_in_train", missing_rows, listed(missing));
}

void ReportBuilder::add_label_name_findings() {
  std::map<std::string, std::vector<const ClassReport*>> by_plain_name;
  for (const ClassReport& row : report_.classes) by_plain_name[plain_name(row.name)].push_back(&row);
  std::vector<std::string> variants, typos;
  uint64_t variant_rows = 0, typo_rows = 0;
  for (const auto& [name, rows] : by_plain_name) {
    for (size_t i = 1; i < rows.size(); ++i) {
      variants.push_back(
          fmt::format("\"{}\" ({}) and \"{}\" ({})", rows[0]->name, rows[0]->total(), rows[i]->name, rows[i]->total()));
      variant_rows += rows[i]->total();
    }
  }
  const size_t num_compared = report_.classes.size() <= kMaxComparedNames ? report_.classes.size() : 0;
  for (size_t rare = 0; rare < num_compared; ++rare) {
    const ClassReport& row = report_.classes[rare];
    const std::string name = plain_name(row.name);
    for (size_t common = 0; common < rare; ++common) {
      const ClassReport& right = report_.classes[common];
      const std::string right_name = plain_name(right.name);
      const bool is_rare = static_cast<double>(row.total()) <= kTypoShare * static_cast<double>(right.total());
      if (!is_rare || name == right_name || right_name.size() < 4 || edit_distance(name, right_name) > 1) continue;
      typos.push_back(fmt::format("\"{}\" ({}) beside \"{}\" ({})", row.name, row.total(), right.name, right.total()));
      typo_rows += row.total();
      break;
    }
  }
  if (!variants.empty()) add_finding("label_variants", variant_rows, listed(variants));
  if (!typos.empty()) add_finding("label_typos", typo_rows, listed(typos));
}

void ReportBuilder::add_order_findings() {
  for (const Analysis::Part& part : analysis_.parts()) {
    std::vector<bool> seen(analysis_.label_names().size());
    uint64_t changes = 0, num_seen = 0;
    uint32_t last = Analysis::kNoLabel;
    for (uint64_t row = part.begin; row < part.begin + part.rows.size(); ++row) {
      const uint32_t label = analysis_.labels()[row];
      if (label == Analysis::kNoLabel) continue;
      changes += label != last;
      num_seen += !seen[label];
      seen[label] = true;
      last = label;
    }
    // Every class is one run of rows, and there are more rows than that could be by chance.
    if (num_seen < 2 || changes != num_seen || part.rows.size() < 20 * num_seen) continue;
    Finding& finding = add_finding("sorted_by_label", part.rows.size(), part.name);
    std::string files;
    for (const std::string& file : part.files) files += " " + shell_argument(file);
    finding.commands.push_back(
        fmt::format("hone data sample{} --num-rows 1000 --seed 42 --output sample.jsonl", files));
  }
}

}  // namespace hone::data
