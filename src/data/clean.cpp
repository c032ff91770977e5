#include "data/clean.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/utf8.h"
#include "data/byte_hash.h"
#include "data/clean_rules.h"
#include "data/cleaned_texts.h"
#include "data/corrections.h"
#include "data/key_counts.h"
#include "data/near_duplicates.h"
#include "data/regex_rules.h"
#include "data/row_ranges.h"
#include "text/tokenizer.h"

namespace hone::data {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kRowsInClean = 1024;
constexpr size_t kExampleTextBytes = 300;

// Returns how much an example leaves out of its beginning, so that it shows the first change.
size_t bytes_before_change(std::string_view before, std::string_view after) {
  constexpr size_t kContextBytes = 40;
  const size_t same = static_cast<size_t>(std::ranges::mismatch(before, after).in1 - before.begin());
  size_t begin = same > kContextBytes ? same - kContextBytes : 0;
  while (begin > 0 && begin < before.size() && is_continuation(before[begin])) --begin;
  return begin;
}

class Cleaner {
 public:
  explicit Cleaner(const CleanOptions& options)
      : options_(options),
        rows_(table::read_rows(input_files(options.input), read_options(options.input))),
        columns_(choose_columns(rows_, options.input)),
        renames_(parsed_renames(options.rename_labels)),
        cleaned_texts_(rows_.size(), kRowsInClean) {
    for (const TextRule& rule : text_rules()) {
      if (auto change = rule.make(options)) {
        changes_.push_back(std::move(change));
        record_.rules.push_back({std::string(rule.name)});
      }
    }
    if (columns_.label) label_ = rows_.column(*columns_.label);
    if (!options.correct_labels.empty()) {
      corrections_ = LabelCorrections(options.correct_labels, rows_, RowTexts(rows_, columns_.text));
    }
    dropped_.resize(rows_.size());
    changed_.resize(rows_.size());
    hashes_.resize(rows_.size());
    lengths_.resize(rows_.size());
  }

  CleanRecord run() {
    record_.rows_before = rows_.size();
    columns_in_output_ = table::columns_of_format(output_format(options_.output, options_.output.output),
                                                  output_columns(/*with_labels=*/true));
    apply_text_rules();
    apply_label_rules();
    apply_limits();
    apply_regex_tests();
    if (!options_.drop_rows_of.empty()) drop_rows_of_files();
    if (options_.duplicates) drop_duplicates();
    if (options_.near_duplicates) drop_near_duplicates();
    add_warnings();
    record_.rows_after = static_cast<uint64_t>(std::ranges::count(dropped_, false));
    return std::move(record_);
  }

  void write() const {
    RowOutput output(options_.output, options_.output.output, columns_in_output_);
    write(output, /*with_labels=*/true);
  }

  void write_changed_texts(const fs::path& path) {
    apply_text_rules();
    RowOutput output({}, path, output_columns(/*with_labels=*/false));
    write(output, /*with_labels=*/false);
  }

 private:
  void write(RowOutput& output, bool with_labels) const {
    RowOutput::Cells cells(output, rows_);
    const auto place = [&](const std::optional<std::string>& name) {
      const auto found = std::ranges::find(output.columns(), name.value_or(""), &table::FileColumn::name);
      return static_cast<size_t>(found - output.columns().begin());
    };
    const size_t text = changes_.empty() ? SIZE_MAX : place(columns_.text.text), pair = place(columns_.text.text_pair),
                 label = place(columns_.label);
    const size_t num_columns = output.columns().size();
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      if (dropped_[row]) continue;
      std::vector<table::Value>& values = cells.values(row);
      const bool may_change = !changes_.empty() && (changed_[row] != 0 || columns_.text.text_pair);
      if (text < num_columns && may_change) change_text(row, values[text]);
      if (pair < num_columns && may_change) change_cell(values[pair]);
      if (label < num_columns && with_labels) change_label(row, values[label], output.columns()[label].type);
      output.write(values);
    }
    output.commit();
  }

  // A column that rules change holds texts, so that all of its cells have one type.
  std::vector<table::FileColumn> output_columns(bool with_labels) const {
    std::vector<table::FileColumn> columns = table::scan_columns(rows_);
    for (table::FileColumn& column : columns) {
      if (with_labels && column.name == columns_.label && makes_label_texts(column)) {
        column.type = table::ColumnType::kString;
      }
      const bool is_text = column.name == columns_.text.text || column.name == columns_.text.text_pair.value_or("");
      if (!is_text || changes_.empty()) continue;
      if (column.type == table::ColumnType::kNested) {
        throw Error(ErrorKind::kUnsupported,
                    fmt::format("column \"{}\" holds lists, and rules change texts", column.name),
                    "rules for rows work; clean the texts before they are split into words");
      }
      column.type = table::ColumnType::kString;
    }
    return columns;
  }

  std::string changed(std::string_view text) const {
    std::string result(text);
    for (const TextChange& change : changes_) {
      if (auto after = change(result)) result = std::move(*after);
    }
    return result;
  }

  // The cleaned text of a pair is no cell.
  void change_text(uint64_t row, table::Value& value) const {
    const auto kept = columns_.text.text_pair ? std::nullopt : cleaned_texts_.text(row);
    auto* text = std::get_if<std::string>(&value);
    if (kept && text != nullptr) {
      *text = *kept;
    } else {
      change_cell(value);
    }
  }

  void change_cell(table::Value& value) const {
    if (const auto* text = std::get_if<std::string>(&value)) value = changed(*text);
  }

  bool changes_labels() const { return options_.trim_labels || !renames_.empty(); }

  // New labels of a column without any label are texts.
  bool makes_label_texts(const table::FileColumn& column) const {
    const bool is_empty = column.type == table::ColumnType::kNull;
    return changes_labels() || (is_empty && !corrections_.labels().empty());
  }

  std::string new_label(std::string label) const {
    if (options_.trim_labels) label = std::string(table::stripped(label));
    const auto renamed = renames_.find(label);
    return renamed == renames_.end() ? label : renamed->second;
  }

  void change_label(uint64_t row, table::Value& value, table::ColumnType type) const {
    if (const std::string* correction = corrections_.label(row)) value = label_cell(*correction, *label_, type);
    if (!changes_labels()) return;
    if (const auto* text = std::get_if<std::string>(&value)) value = new_label(*text);
  }

  // Returns the text that the rules make of a row's; a pair is joined as RowTexts does. It lies in the rows, in
  // cleaned_texts_ or in `scratch`.
  std::string_view cleaned(const RowTexts& texts, uint64_t row, std::string& scratch) const {
    if (changed_[row] == 0) return texts.text(row, scratch).value_or("");
    if (const auto kept = cleaned_texts_.text(row)) return *kept;
    return cleaned_again(texts, row, scratch);
  }

  std::string_view cleaned_again(const RowTexts& texts, uint64_t row, std::string& scratch) const {
    scratch = changed(texts.text(row, scratch).value_or(""));
    return scratch;
  }

  void apply_text_rules() {
    const RowTexts texts(rows_, columns_.text);
    const uint64_t num_ranges = (rows_.size() + kRowsInClean - 1) / kRowsInClean;
    std::vector<std::vector<RuleRecord>> ranges(num_ranges, record_.rules);
    for_row_ranges(rows_.size(), kRowsInClean, [&](uint64_t begin, uint64_t end) {
      for (uint64_t row = begin; row < end; ++row) apply_to_row(texts, row, ranges[begin / kRowsInClean]);
    });
    for (const auto& range : ranges) {
      for (size_t rule = 0; rule < changes_.size(); ++rule) add_record(record_.rules[rule], range[rule]);
    }
  }

  void apply_to_row(const RowTexts& texts, uint64_t row, std::vector<RuleRecord>& records) {
    std::string scratch, last;
    std::string_view text = texts.text(row, scratch).value_or("");
    for (size_t rule = 0; rule < changes_.size(); ++rule) {
      std::optional<std::string> after = changes_[rule](text);
      if (!after || *after == text) continue;
      changed_[row] = 1;
      note(records[rule], row, text, *after);
      last = std::move(*after);
      text = last;
    }
    if (changed_[row] != 0) cleaned_texts_.add(row, text);
    const std::string_view stripped = table::stripped(text);
    if (options_.duplicates) hashes_[row] = byte_hash(stripped);
    lengths_[row] = static_cast<uint32_t>(count_code_points(stripped));
  }

  static void add_record(RuleRecord& to, const RuleRecord& more) {
    to.rows += more.rows;
    for (const CleanExample& example : more.examples) {
      if (to.examples.size() < RuleRecord::kMaxExamples) to.examples.push_back(example);
    }
    const size_t room = RuleRecord::kMaxRowNumbers - to.row_numbers.size();
    const auto end = more.row_numbers.begin() + static_cast<ptrdiff_t>(std::min(room, more.row_numbers.size()));
    to.row_numbers.insert(to.row_numbers.end(), more.row_numbers.begin(), end);
  }

  void note(RuleRecord& record, uint64_t row, std::string_view before, std::string_view after) const {
    ++record.rows;
    if (record.row_numbers.size() < RuleRecord::kMaxRowNumbers) record.row_numbers.push_back(row);
    if (record.examples.size() == RuleRecord::kMaxExamples) return;
    const size_t skipped = record.drops ? 0 : bytes_before_change(before, after);
    const auto excerpt = [&](std::string_view text) {
      return (skipped > 0 ? "..." : "") + shortened(text.substr(skipped), kExampleTextBytes);
    };
    record.examples.push_back({rows_.location(row), excerpt(before), excerpt(after)});
  }

  RuleRecord& add_rule(std::string name, bool drops) {
    record_.rules.push_back({std::move(name), drops});
    return record_.rules.back();
  }

  void drop(RuleRecord& record, uint64_t row) {
    std::string scratch;
    dropped_[row] = true;
    note(record, row, RowTexts(rows_, columns_.text).text(row, scratch).value_or(""), "");
  }

  template <typename Test>
  void drop_where(std::string name, const Test& test) {
    RuleRecord& record = add_rule(std::move(name), true);
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      if (!dropped_[row] && test(row)) drop(record, row);
    }
  }

  std::string label_of(uint64_t row) const {
    if (!label_) return "";
    const std::string* correction = corrections_.label(row);
    return new_label(correction != nullptr ? *correction : label_text(*label_, row));
  }

  void apply_label_rules() {
    const bool needs_label = changes_labels() || !options_.keep_labels.empty() || !options_.correct_labels.empty();
    if (needs_label && !label_) {
      throw Error(ErrorKind::kUsage, "a rule for labels is on, but no column looks like the label column",
                  "name it with --label-column");
    }
    if (changes_labels() && !label_->has_text()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("the labels of column \"{}\" are {} values, which cannot be renamed", label_->name(),
                              table::type_name(label_->type())),
                  "convert the rows to csv first: hone data convert");
    }
    if (!options_.correct_labels.empty()) note_corrections();
    if (options_.trim_labels) note_labels("trim_labels", stripped_label, [](std::string_view label) { return label; });
    if (!renames_.empty()) {
      const auto renamed = [this](std::string_view label) { return new_label(std::string(label)); };
      note_labels("rename_labels", renamed,
                  [this](std::string_view label) { return options_.trim_labels ? table::stripped(label) : label; });
    }
    const auto& kept = options_.keep_labels;
    if (!kept.empty()) {
      drop_where("keep_labels", [&](uint64_t row) { return std::ranges::find(kept, label_of(row)) == kept.end(); });
    }
  }

  void note_corrections() {
    RuleRecord& record = add_rule("correct_labels", false);
    const auto column = std::ranges::find(columns_in_output_, label_->name(), &table::FileColumn::name);
    for (const auto& [row, label] : corrections_.labels()) {
      label_cell(label, *label_, column->type);  // throws before anything is written
      const std::string before = label_text(*label_, row);
      if (label != before) note(record, row, before, label);
    }
  }

  static std::string stripped_label(std::string_view label) { return std::string(table::stripped(label)); }

  // Records the rows in which a rule makes another label of what `earlier` rules have left of the cell.
  template <typename Change, typename Earlier>
  void note_labels(std::string name, const Change& change, const Earlier& earlier) {
    RuleRecord& record = add_rule(std::move(name), false);
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      const auto cell = label_->text(row);
      if (!cell) continue;
      const std::string* correction = corrections_.label(row);
      const std::string_view label = correction != nullptr ? std::string_view(*correction) : *cell;
      const std::string before(earlier(label)), after = change(label);
      if (after != before) note(record, row, before, after);
    }
  }

  void apply_limits() {
    if (options_.drop_missing) {
      drop_where("drop_missing", [&](uint64_t row) { return lengths_[row] == 0 || (label_ && label_of(row).empty()); });
    }
    if (options_.min_characters) {
      drop_where("min_characters", [&](uint64_t row) { return lengths_[row] < *options_.min_characters; });
    }
    if (options_.max_characters) {
      drop_where("max_characters", [&](uint64_t row) { return lengths_[row] > *options_.max_characters; });
    }
  }

  void apply_regex_tests() {
    const RowTexts texts(rows_, columns_.text);
    std::string scratch;
    if (!options_.drop_regex.empty()) {
      const RegexTest test(options_.drop_regex, "--drop-regex");
      drop_where("drop_regex", [&](uint64_t row) { return test.matches(cleaned(texts, row, scratch)); });
    }
    if (!options_.keep_regex.empty()) {
      const RegexTest test(options_.keep_regex, "--keep-regex");
      drop_where("keep_regex", [&](uint64_t row) { return !test.matches(cleaned(texts, row, scratch)); });
    }
  }

  NearDuplicates near_duplicates(const table::Rows* others) const {
    const RowTexts own(rows_, columns_.text);
    std::optional<RowTexts> other_texts;
    if (others != nullptr) other_texts.emplace(*others, columns_.text);
    const uint64_t num_others = others != nullptr ? others->size() : 0;
    if (num_others + rows_.size() >= UINT32_MAX) throw Error(ErrorKind::kUnsupported, "there are too many rows");
    NearDuplicateInput input;
    input.num_rows = static_cast<uint32_t>(num_others + rows_.size());
    input.threshold = options_.near_duplicate_threshold;
    if (others != nullptr) input.part_begins.push_back(static_cast<uint32_t>(num_others));
    input.text = [&](uint64_t row, std::string& scratch) -> std::string_view {
      if (row >= num_others && dropped_[row - num_others]) return "";
      if (row < num_others) return cleaned_again(*other_texts, row, scratch);
      return cleaned(own, row - num_others, scratch);
    };
    return find_near_duplicates(input);
  }

  void drop_rows_of_files() {
    const std::vector<fs::path> paths(options_.drop_rows_of.begin(), options_.drop_rows_of.end());
    const table::Rows others = table::read_rows(paths, read_options(options_.input));
    const NearDuplicates near = near_duplicates(&others);
    const uint64_t offset = others.size();
    drop_where("drop_rows_of", [&](uint64_t row) { return near.leaks[offset + row] != 0; });
  }

  void drop_duplicates() {
    const std::vector<HashedRow> rows = rows_with_common_hashes();
    const RowTexts texts(rows_, columns_.text);
    RuleRecord& record = add_rule("duplicates", true);
    std::vector<uint64_t> losers, group;
    std::string scratch;
    for (size_t begin = 0, end = 0; begin < rows.size(); begin = end) {
      const std::string first(table::stripped(cleaned(texts, rows[begin].row, scratch)));
      group.clear();
      for (; end < rows.size() && rows[end].hash == rows[begin].hash; ++end) {
        if (end == begin || table::stripped(cleaned(texts, rows[end].row, scratch)) == first) {
          group.push_back(rows[end].row);
        }
      }
      add_losers(group, *options_.duplicates, losers);
    }
    drop_all(record, losers);
  }

  struct HashedRow {
    uint64_t hash, row;
    auto operator<=>(const HashedRow&) const = default;
  };

  // Returns the rows whose hash another row may have, in ascending order.
  std::vector<HashedRow> rows_with_common_hashes() const {
    const auto takes_part = [this](uint64_t row) { return !dropped_[row] && lengths_[row] > 0; };
    KeyCounts counts(8 * rows_.size());
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      if (takes_part(row)) counts.add(hashes_[row]);
    }
    std::vector<HashedRow> rows;
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      if (takes_part(row) && counts.may_occur(hashes_[row], 2)) rows.push_back({hashes_[row], row});
    }
    std::ranges::sort(rows);
    return rows;
  }

  void drop_near_duplicates() {
    const NearDuplicates near = near_duplicates(nullptr);
    std::map<uint32_t, std::vector<uint64_t>> clusters;
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      if (!dropped_[row]) clusters[near.cluster[row]].push_back(row);
    }
    RuleRecord& record = add_rule("near_duplicates", true);
    std::vector<uint64_t> losers;
    for (const auto& [first, group] : clusters) add_losers(group, *options_.near_duplicates, losers);
    drop_all(record, losers);
  }

  void drop_all(RuleRecord& record, std::vector<uint64_t>& losers) {
    std::ranges::sort(losers);
    for (const uint64_t row : losers) drop(record, row);
  }

  // Adds all rows of the group but the one that stays.
  void add_losers(const std::vector<uint64_t>& group, std::string_view rule, std::vector<uint64_t>& losers) const {
    if (group.size() < 2) return;
    uint64_t winner = group[0];
    if (rule == "majority" && label_) {
      std::map<std::string, uint64_t> counts;
      for (const uint64_t row : group) ++counts[label_of(row)];
      counts.erase("");
      // The first row of the group decides between equally frequent labels.
      uint64_t most = 0;
      for (const uint64_t row : group) {
        const auto count = counts.find(label_of(row));
        if (count == counts.end() || count->second <= most) continue;
        most = count->second;
        winner = row;
      }
    }
    for (const uint64_t row : group) {
      if (row != winner) losers.push_back(row);
    }
  }

  void add_warnings() {
    std::optional<bool> is_cased;
    if (!options_.model_name_or_path.empty()) {
      const text::Tokenizer tokenizer = text::Tokenizer::load(options_.model_name_or_path);
      is_cased = tokenizer.encode("Apple").ids != tokenizer.encode("apple").ids;
    }
    for (const TextRule& rule : text_rules()) {
      const auto used = std::ranges::find(record_.rules, rule.name, &RuleRecord::name);
      if (used == record_.rules.end() || rule.harm.empty()) continue;
      if (rule.harms_cased_models_only && is_cased == false) continue;
      std::string flag(rule.name);
      std::ranges::replace(flag, '_', '-');
      record_.warnings.push_back(fmt::format("--{} may harm a pretrained model: {}", flag, rule.harm));
    }
  }

  const CleanOptions& options_;
  table::Rows rows_;
  RowColumns columns_;
  std::map<std::string, std::string> renames_;
  std::optional<table::Column> label_;
  std::vector<table::FileColumn> columns_in_output_;
  LabelCorrections corrections_;
  std::vector<TextChange> changes_;
  std::vector<bool> dropped_;
  std::vector<char> changed_;  // rules change the text; threads write neighbours at the same time
  CleanedTexts cleaned_texts_;
  std::vector<uint64_t> hashes_;   // of each cleaned text
  std::vector<uint32_t> lengths_;  // in characters, without the white space around it
  CleanRecord record_;
};

}  // namespace

void write_changed_texts(const CleanOptions& options, const fs::path& path) {
  Cleaner(options).write_changed_texts(path);
}

CleanRecord clean_rows(const CleanOptions& options) {
  check_clean_options(options);
  Cleaner cleaner(options);
  CleanRecord record = cleaner.run();
  cleaner.write();
  const fs::path record_file = record_path(options);
  if (!record_file.empty()) write_json(record_file, to_json(record));
  return record;
}

}  // namespace hone::data
