#include "data/report_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/shell.h"
#include "data/findings.h"
#include "table/decompress.h"

namespace hone::data {

Finding& ReportBuilder::add_finding(std::string id, uint64_t rows, std::string detail) {
  report_.findings.push_back({std::move(id), rows, size(), std::move(detail), {}, {}});
  return report_.findings.back();
}

uint64_t ReportBuilder::add_row_finding(std::string id, const RowTest& test, std::string_view clean_flags,
                                        std::string detail) {
  Finding finding = {std::move(id), 0, size(), std::move(detail), {}, {}};
  std::vector<bool> has_part(analysis_.parts().size());
  for (uint64_t row = 0; row < size(); ++row) {
    if (!test(row)) continue;
    ++finding.rows;
    has_part[analysis_.part_of(row)] = true;
    if (has_examples_left(finding)) finding.examples.push_back(analysis_.example(row));
  }
  if (finding.rows == 0) return 0;
  for (size_t part = 0; part < has_part.size() && !clean_flags.empty(); ++part) {
    if (!has_part[part]) continue;
    finding.commands.push_back(clean_command(part, clean_flags));
    if (finding_kind(finding.id).severity != Severity::kNote) clean_flags_[part] += fmt::format(" {}", clean_flags);
  }
  report_.findings.push_back(std::move(finding));
  return report_.findings.back().rows;
}

std::string ReportBuilder::clean_command(size_t part, std::string_view flags) const {
  const auto& files = analysis_.parts()[part].files;
  std::string command = "hone data clean";
  for (const std::string& file : files) command += " " + shell_argument(file);
  std::filesystem::path path = files[0];
  path = table::without_compression(path);
  const std::string extension = path.has_extension() ? path.extension().string() : ".jsonl";
  return fmt::format("{} {} --output {}", command, flags, shell_argument(path.stem().string() + ".clean" + extension));
}

void ReportBuilder::add_class_examples() {
  const size_t num_drawn = std::min(report_.classes.size(), ClassReport::kMaxDrawn);
  std::unordered_map<std::string_view, ClassReport*> drawn;
  for (size_t i = 0; i < num_drawn; ++i) drawn[report_.classes[i].name] = &report_.classes[i];
  std::vector<ClassReport*> of_label;
  for (const std::string& name : analysis_.label_names()) {
    const auto found = drawn.find(name);
    of_label.push_back(found == drawn.end() ? nullptr : found->second);
  }
  for (uint64_t row = 0; row < size() && num_drawn > 0; ++row) {
    const uint32_t label = analysis_.labels()[row];
    ClassReport* const group = label == Analysis::kNoLabel ? nullptr : of_label[label];
    if (group != nullptr && group->examples.size() < static_cast<size_t>(options_.max_examples)) {
      group->examples.push_back(analysis_.example(row));
    }
  }
}

void ReportBuilder::add_chart_examples() {
  add_class_examples();
  const auto add = [&](Distribution& values, uint64_t row, double value) {
    std::vector<Example>& examples = values.bins[values.bin_of(value)].examples;
    if (examples.size() < static_cast<size_t>(options_.max_examples)) examples.push_back(analysis_.example(row));
  };
  for (uint64_t row = 0; row < size(); ++row) {
    if (!facts(row).is_null) add(report_.characters, row, facts(row).characters);
    if (report_.tokens) add(*report_.tokens, row, facts(row).tokens);
  }
}

Report ReportBuilder::build() {
  report_.rows = size();
  clean_flags_.resize(analysis_.parts().size());
  for (const Analysis::Part& part : analysis_.parts()) {
    report_.parts.push_back({part.name, part.files, part.rows.size()});
  }
  add_columns();
  add_duplicates();
  add_labels();
  add_texts();
  add_lengths();
  add_chart_examples();
  if (size() < 100) add_finding("few_rows", size());
  for (size_t part = 0; part < clean_flags_.size(); ++part) {
    if (!clean_flags_[part].empty()) report_.commands.push_back(clean_command(part, clean_flags_[part].substr(1)));
  }
  const auto rank = [](const Finding& finding) {
    const FindingKind& kind = finding_kind(finding.id);
    return std::pair(kind.severity, &kind - finding_kinds().data());
  };
  std::ranges::stable_sort(report_.findings, {}, rank);
  return std::move(report_);
}

}  // namespace hone::data
