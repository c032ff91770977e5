#include "data/inputs.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "table/split_names.h"

namespace hone::data {

namespace fs = std::filesystem;

namespace {

int order_of_part(const std::string& name) {
  constexpr std::array<std::string_view, 3> kFirst = {"train", "validation", "test"};
  return static_cast<int>(std::ranges::find(kFirst, name) - kFirst.begin());
}

std::string part_of_file(const fs::path& file) {
  const std::string name = file.filename().string();
  if (const auto split = table::split_of_word(name)) return *split;
  return name.substr(0, name.find('.', 1));
}

void add_file(std::vector<InputPart>& parts, const std::string& name, const fs::path& file) {
  auto part = std::ranges::find(parts, name, &InputPart::name);
  if (part == parts.end()) part = parts.insert(parts.end(), {name, {}});
  part->files.push_back(file);
}

std::string joined_words(const std::string& json) {
  const Json list = Json::parse(json, nullptr, false);
  if (!list.is_array()) return json;
  std::string words;
  for (const Json& word : list) {
    if (!words.empty()) words += ' ';
    words += word.is_string() ? word.get<std::string>() : word.dump();
  }
  return words;
}

}  // namespace

table::ReadOptions read_options(const InputOptions& options) {
  table::ReadOptions read;
  if (options.encoding == kLatin1Encoding) read.charset = table::Charset::kLatin1;
  read.column_names = options.column_names;
  return read;
}

std::vector<InputPart> input_parts(const InputOptions& options) {
  std::vector<InputPart> parts;
  std::set<fs::path> seen;
  for (const std::string& given : options.files) {
    const bool is_folder = fs::is_directory(given);
    for (const auto& [split, files] : table::dataset_files(given, options.dataset_config_name)) {
      for (const fs::path& file : files) {
        if (!seen.insert(fs::weakly_canonical(file)).second) {
          throw Error(ErrorKind::kUsage, fmt::format("{} is given twice", file.string()), "name each file once");
        }
        add_file(parts, is_folder ? split : part_of_file(file), file);
      }
    }
  }
  std::ranges::stable_sort(parts, {}, [](const InputPart& part) { return order_of_part(part.name); });
  return parts;
}

std::vector<fs::path> input_files(const InputOptions& options) {
  std::vector<fs::path> files;
  for (const InputPart& part : input_parts(options)) files.insert(files.end(), part.files.begin(), part.files.end());
  return files;
}

RowColumns choose_columns(const table::Rows& rows, const InputOptions& options) {
  RowColumns columns;
  const bool has_words = options.text_column.empty() && rows.has_column("tokens");
  if (has_words && rows.column("tokens").type() == table::ColumnType::kNested) {
    columns.text.text = "tokens";
  } else {
    columns.text = table::choose_text_columns(rows, options.text_column, options.text_pair_column);
  }
  try {
    columns.label = table::choose_label_column(rows, options.label_column);
  } catch (const Error&) {
    if (!options.label_column.empty()) throw;
  }
  return columns;
}

RowTexts::RowTexts(const table::Rows& rows, const table::TextColumns& columns) : first_(rows.column(columns.text)) {
  if (columns.text_pair) second_ = rows.column(*columns.text_pair);
}

std::optional<std::string_view> RowTexts::cell(const table::Column& column, uint64_t row, std::string& scratch) {
  if (column.has_text()) return column.text(row);
  if (column.is_null(row)) return std::nullopt;
  scratch = column.type() == table::ColumnType::kNested ? joined_words(column.json(row))
                                                        : table::value_text(column.value(row));
  return scratch;
}

std::optional<std::string_view> RowTexts::text(uint64_t row, std::string& scratch) const {
  if (!second_) return cell(first_, row, scratch);
  std::string other;
  const auto first = cell(first_, row, scratch), second = cell(*second_, row, other);
  if (!first || !second) return std::nullopt;
  std::string joined = fmt::format("{}\n{}", *first, *second);
  scratch = std::move(joined);
  return scratch;
}

std::string label_text(const table::Column& column, uint64_t row) {
  if (column.type() == table::ColumnType::kNested) return column.is_null(row) ? "" : column.json(row);
  const table::Value value = column.has_text() ? table::Value() : column.value(row);
  const auto& names = column.class_names();
  if (const auto* id = std::get_if<int64_t>(&value); id != nullptr && !names.empty()) {
    if (*id >= 0 && static_cast<size_t>(*id) < names.size()) return names[static_cast<size_t>(*id)];
  }
  if (const auto* number = std::get_if<double>(&value); number != nullptr && std::isnan(*number)) return "";
  if (!column.has_text()) return table::value_text(value);
  return std::string(table::stripped(column.text(row).value_or("")));
}

}  // namespace hone::data
