#include "data/split_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/output_path.h"
#include "base/terminal.h"
#include "data/near_duplicates.h"
#include "data/split.h"
#include "table/decompress.h"
#include "table/labels.h"

namespace hone::data {

namespace fs = std::filesystem;

namespace {

// Joins rows that must stay together.
class RowSets {
 public:
  explicit RowSets(uint64_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0U); }

  void join(uint32_t a, uint32_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }
  uint32_t root(uint32_t row) {
    while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
    return row;
  }

 private:
  std::vector<uint32_t> parent_;
};

class FileSplit {
 public:
  explicit FileSplit(const SplitOptions& options)
      : options_(options),
        files_(input_files(options.input)),
        shares_(parsed_shares(options.parts)),
        names_(part_names()),
        rows_(table::read_rows(files_, read_options(options.input))),
        columns_(split_columns()) {
    if (rows_.size() >= UINT32_MAX) throw Error(ErrorKind::kUnsupported, "there are too many rows");
    read_classes();
  }

  SplitReport run() {
    const auto parts = options_.time_column.empty() ? split_at_random() : split_by_time();
    const std::vector<fs::path> paths = output_paths();
    make_folders(options_.output_dir);
    SplitReport report;
    report.classes = class_names_;
    for (size_t part = 0; part < parts.size(); ++part) {
      write_part(paths[part], parts[part]);
      report.parts.push_back({names_[part], paths[part].string(), parts[part].size(), class_rows(parts[part])});
    }
    return report;
  }

 private:
  std::vector<std::string> part_names() const {
    if (!options_.part_names.empty()) {
      if (options_.part_names.size() == shares_.size()) return options_.part_names;
      throw Error(ErrorKind::kUsage, fmt::format("--part-names has {} names, but --parts has {} parts",
                                                 options_.part_names.size(), shares_.size()));
    }
    if (shares_.size() == 2) return {"train", "test"};
    if (shares_.size() == 3) return {"train", "validation", "test"};
    throw Error(ErrorKind::kUsage, fmt::format("{} parts need names", shares_.size()), "give them with --part-names");
  }

  // The columns; a data set without texts can be split too.
  RowColumns split_columns() const {
    if (options_.deduplicate_across || !options_.input.text_column.empty())
      return choose_columns(rows_, options_.input);
    RowColumns columns;
    try {
      columns = choose_columns(rows_, options_.input);
    } catch (const Error&) {
      if (!options_.input.label_column.empty())
        columns.label = table::choose_label_column(rows_, options_.input.label_column);
    }
    return columns;
  }

  void read_classes() {
    if (!columns_.label || !options_.stratify || !options_.time_column.empty()) return;
    const table::Column column = rows_.column(*columns_.label);
    if (column.type() == table::ColumnType::kFloat || column.type() == table::ColumnType::kNested) {
      log_info("not stratified: column \"{}\" holds {} values", column.name(), table::type_name(column.type()));
      return;
    }
    std::unordered_map<std::string, uint32_t> ids;
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      const auto [found, is_new] = ids.try_emplace(label_text(column, row), static_cast<uint32_t>(class_names_.size()));
      if (is_new) class_names_.push_back(found->first);
      classes_.push_back(found->second);
    }
    check_classes();
  }

  void check_classes() {
    std::vector<uint64_t> counts(class_names_.size());
    for (const uint32_t label : classes_) ++counts[label];
    const auto smallest = std::ranges::min_element(counts);
    if (class_names_.size() > table::LabelMap::kMaxClasses) {
      throw Error(ErrorKind::kInput,
                  fmt::format("column \"{}\" has {} different values, which are not classes", *columns_.label,
                              class_names_.size()),
                  "name the label with --label-column; or split without it: --no-stratify");
    }
    if (smallest == counts.end() || *smallest >= shares_.size()) return;
    throw Error(ErrorKind::kInput,
                fmt::format("class \"{}\" has {} row{}, too few for {} parts",
                            class_names_[static_cast<size_t>(smallest - counts.begin())], *smallest,
                            *smallest == 1 ? "" : "s", shares_.size()),
                "drop the class with hone data clean; or split without regard to classes: --no-stratify");
  }

  std::vector<uint32_t> groups() const {
    if (options_.group_column.empty() && !options_.deduplicate_across) return {};
    RowSets sets(rows_.size());
    if (!options_.group_column.empty()) join_by_column(sets);
    if (options_.deduplicate_across) join_duplicates(sets);
    std::vector<uint32_t> groups(rows_.size());
    for (uint32_t row = 0; row < groups.size(); ++row) groups[row] = sets.root(row);
    return groups;
  }

  void join_by_column(RowSets& sets) const {
    const table::Column column = rows_.column(options_.group_column);
    std::unordered_map<std::string, uint32_t> first;
    for (uint32_t row = 0; row < rows_.size(); ++row) {
      if (column.is_null(row)) continue;  // a group of its own
      const auto [found, is_new] = first.try_emplace(column.json(row), row);
      if (!is_new) sets.join(found->second, row);
    }
  }

  void join_duplicates(RowSets& sets) const {
    const RowTexts texts(rows_, columns_.text);
    NearDuplicateInput input;
    input.num_rows = static_cast<uint32_t>(rows_.size());
    input.threshold = options_.near_duplicate_threshold;
    input.text = [&](uint64_t row, std::string& scratch) { return texts.text(row, scratch).value_or(""); };
    const NearDuplicates near = find_near_duplicates(input);
    for (uint32_t row = 0; row < near.cluster.size(); ++row) sets.join(near.cluster[row], row);
  }

  std::vector<std::vector<uint64_t>> split_at_random() const {
    return split_rows({rows_.size(), shares_, classes_, groups(), options_.seed});
  }

  std::vector<std::vector<uint64_t>> split_by_time() const {
    if (!options_.group_column.empty() || options_.deduplicate_across) {
      throw Error(ErrorKind::kUsage, "a split by time cannot keep groups or duplicates together",
                  "remove --time-column; or remove duplicates first with hone data clean");
    }
    const table::Column column = rows_.column(options_.time_column);
    std::vector<table::Value> times;
    for (uint64_t row = 0; row < rows_.size(); ++row) {
      times.push_back(column.value(row));
      if (!table::is_null(times.back()) && table::value_text(times.back()) != "nan") continue;
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: there is no time in column \"{}\"", rows_.location(row), options_.time_column),
                  "drop such rows, or choose another column");
    }
    std::vector<uint64_t> order(rows_.size());
    std::iota(order.begin(), order.end(), uint64_t{0});
    std::ranges::stable_sort(order, [&](uint64_t a, uint64_t b) { return times[a] < times[b]; });
    std::vector<std::vector<uint64_t>> parts;
    auto begin = order.begin();
    for (const uint64_t size : part_sizes(rows_.size(), shares_)) {
      parts.emplace_back(begin, begin + static_cast<ptrdiff_t>(size));
      begin += static_cast<ptrdiff_t>(size);
    }
    return parts;
  }

  std::vector<fs::path> output_paths() const {
    std::string format = options_.output_format;
    if (format.empty()) format = table::row_file_format(table::without_compression(files_[0]));
    std::vector<fs::path> paths;
    for (const std::string& name : names_) {
      if (name.empty() || name.find('/') != std::string::npos) {
        throw Error(ErrorKind::kUsage, fmt::format("--part-names: \"{}\" cannot be the name of a file", name));
      }
      paths.push_back(options_.output_dir / (name + "." + format));
      for (const fs::path& input : files_) check_is_not_input(paths.back(), "--output-dir", input, "FILE");
      if (!options_.overwrite) check_is_free(paths.back(), "--output-dir");
    }
    return paths;
  }

  void write_part(const fs::path& path, const std::vector<uint64_t>& rows) {
    if (file_columns_.empty()) file_columns_ = table::scan_columns(rows_);
    OutputOptions options;
    options.output_format = options_.output_format;
    RowOutput output(options, path, file_columns_);
    output.write_all(rows_.select(rows));
    output.commit();
  }

  std::vector<uint64_t> class_rows(const std::vector<uint64_t>& rows) const {
    std::vector<uint64_t> counts(class_names_.size());
    for (const uint64_t row : rows) {
      if (!classes_.empty()) ++counts[classes_[row]];
    }
    return counts;
  }

  const SplitOptions& options_;
  std::vector<fs::path> files_;
  std::vector<double> shares_;
  std::vector<std::string> names_;
  table::Rows rows_;
  RowColumns columns_;
  std::vector<std::string> class_names_;
  std::vector<uint32_t> classes_;
  std::vector<table::FileColumn> file_columns_;
};

}  // namespace

SplitReport split_files(const SplitOptions& options) { return FileSplit(options).run(); }

Json to_json(const SplitReport& report) {
  Json parts = Json::array();
  for (const SplitPart& part : report.parts) {
    parts.push_back({{"name", part.name}, {"file", part.file}, {"rows", part.rows}, {"class_rows", part.class_rows}});
  }
  return {{"classes", report.classes}, {"parts", parts}};
}

std::string to_text(const SplitReport& report) {
  constexpr size_t kMaxClassesShown = 6;
  std::string text;
  for (const SplitPart& part : report.parts) {
    text += fmt::format("{:<12}{:>10} rows  {}\n", part.name, part.rows, printable(part.file));
    if (report.classes.empty() || report.classes.size() > kMaxClassesShown) continue;
    text += "            ";
    for (size_t i = 0; i < report.classes.size(); ++i) {
      const double share = 100.0 * static_cast<double>(part.class_rows[i]) / static_cast<double>(part.rows);
      text += fmt::format("{}{} {:.2f}%", i == 0 ? "" : ", ", printable(report.classes[i]), share);
    }
    text += '\n';
  }
  return text;
}

}  // namespace hone::data
