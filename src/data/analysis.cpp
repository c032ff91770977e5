#include "data/analysis.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "data/near_duplicates.h"
#include "data/row_ranges.h"
#include "text/tokenizer.h"

namespace hone::data {

namespace {

constexpr uint64_t kRowsInScan = 256;
constexpr size_t kExampleBytes = 240;

void count_tokens(const text::Tokenizer& tokenizer, std::string_view text, RowFacts& facts) {
  const text::Encoding encoding = tokenizer.encode(text);
  facts.tokens = static_cast<uint32_t>(encoding.ids.size());
  if (const auto unknown = tokenizer.unknown_id()) {
    facts.unknown_tokens = static_cast<uint32_t>(std::ranges::count(encoding.ids, *unknown));
  }
}

bool is_fraction(const table::Value& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr && std::isfinite(*number) && *number != std::floor(*number);
}

// Returns whether the labels are numbers that a regression predicts: a column of floats with a fraction.
bool holds_fractions(const table::Column& column, uint64_t num_rows) {
  if (column.type() != table::ColumnType::kFloat) return false;
  for (uint64_t row = 0; row < num_rows; ++row) {
    if (is_fraction(column.value(row))) return true;
  }
  return false;
}

double number_of(const table::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  return NAN;
}

}  // namespace

Analysis::Analysis(const ReportOptions& options) {
  read_parts(options);
  scan_texts(options);
  read_labels();
}

void Analysis::read_parts(const ReportOptions& options) {
  uint64_t num_rows = 0;
  for (const InputPart& part : input_parts(options.input)) {
    table::Rows rows = table::read_rows(part.files, read_options(options.input));
    std::vector<std::string> files;
    for (const auto& file : part.files) files.push_back(file.string());
    const RowColumns columns = choose_columns(rows, options.input);
    texts_.emplace_back(rows, columns.text);
    parts_.push_back({part.name, files, rows, columns, static_cast<uint32_t>(num_rows)});
    num_rows += rows.size();
  }
  if (parts_.size() > NearDuplicateInput::kMaxParts) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} parts are too many; at most {}", parts_.size(), NearDuplicateInput::kMaxParts),
                "merge files first with hone data merge");
  }
  if (num_rows >= UINT32_MAX) throw Error(ErrorKind::kUnsupported, fmt::format("{} rows are too many", num_rows));
  facts_.resize(num_rows);
}

void Analysis::scan_texts(const ReportOptions& options) {
  std::optional<text::Tokenizer> tokenizer;
  if (!options.model_name_or_path.empty()) tokenizer = text::Tokenizer::load(options.model_name_or_path);
  for (size_t part = 0; part < parts_.size(); ++part) {
    for_row_ranges(parts_[part].rows.size(), kRowsInScan, [&](uint64_t begin, uint64_t end) {
      std::string scratch;
      for (uint64_t row = begin; row < end; ++row) {
        const auto text = texts_[part].text(row, scratch);
        RowFacts& facts = facts_[parts_[part].begin + row];
        facts = facts_of_text(text.value_or(""));
        facts.is_null = !text;
        if (tokenizer) count_tokens(*tokenizer, text.value_or(""), facts);
      }
    });
  }
}

void Analysis::read_labels() {
  const bool has_labels = std::ranges::all_of(parts_, [](const Part& part) { return part.columns.label.has_value(); });
  if (!has_labels) return;
  const bool are_numbers = std::ranges::any_of(parts_, [](const Part& part) {
    return holds_fractions(part.rows.column(*part.columns.label), part.rows.size());
  });
  std::unordered_map<std::string, uint32_t> ids;
  for (const Part& part : parts_) {
    const table::Column column = part.rows.column(*part.columns.label);
    for (uint64_t row = 0; row < part.rows.size(); ++row) {
      if (are_numbers) {
        const double number = number_of(column.value(row));
        std::isfinite(number) ? label_values_.push_back(number) : void(++num_missing_labels_);
        continue;
      }
      const std::string label = label_text(column, row);
      if (label.empty()) {
        ++num_missing_labels_;
        labels_.push_back(kNoLabel);
        continue;
      }
      if (column.has_text()) num_padded_labels_ += column.text(row)->size() != label.size();
      const auto [found, is_new] = ids.try_emplace(label, static_cast<uint32_t>(label_names_.size()));
      if (is_new) label_names_.push_back(label);
      labels_.push_back(found->second);
    }
  }
}

size_t Analysis::part_of(uint64_t row) const {
  const auto after = std::ranges::upper_bound(parts_, row, {}, [](const Part& part) { return uint64_t{part.begin}; });
  return static_cast<size_t>(after - parts_.begin()) - 1;
}

std::string_view Analysis::text(uint64_t row, std::string& scratch) const {
  const size_t part = part_of(row);
  return texts_[part].text(row - parts_[part].begin, scratch).value_or("");
}

Example Analysis::example(uint64_t row, std::string note) const {
  std::string scratch;
  const Part& part = parts_[part_of(row)];
  return {row, part.rows.location(row - part.begin), shortened(text(row, scratch), kExampleBytes), std::move(note)};
}

}  // namespace hone::data
