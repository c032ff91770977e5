#include "cli/text_rows.h"

#include <fmt/ranges.h>

#include "base/ahead.h"
#include "base/error.h"
#include "base/names.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "table/columns.h"
#include "table/read.h"

namespace hone::cli {

namespace {

std::vector<std::string> text_columns(const table::Rows& rows, const std::vector<std::string>& given) {
  if (!given.empty()) return given;
  const table::TextColumns found = table::find_text_columns(rows);
  std::vector<std::string> names = {found.text};
  if (found.text_pair) names.push_back(*found.text_pair);
  return names;
}

// Appends the texts of the rows.
void take_texts(const table::Rows& rows, const std::vector<std::string>& names, std::vector<std::string_view>& texts,
                TextRowsCount& count) {
  std::vector<table::Column> columns;
  for (const std::string& name : names) columns.push_back(rows.column(name));
  for (uint64_t row = 0; row < rows.size(); ++row) {
    const size_t num_before = texts.size();
    for (const table::Column& column : columns) {
      const std::string_view text = column.text(row).value_or("");
      if (text.empty()) continue;
      if (find_invalid_utf8(text) != std::string_view::npos) check_utf8(text, rows.location(row));
      texts.push_back(text);
      count.bytes += text.size();
    }
    count.without_text += texts.size() == num_before ? 1 : 0;
  }
  count.rows += rows.size();
}

}  // namespace

std::vector<std::filesystem::path> files_of_split(const TextRowsOptions& options) {
  if (options.dataset.empty()) {
    throw Error(ErrorKind::kUsage, "no rows are given", "give a file or folder with --dataset");
  }
  auto splits = table::dataset_files(options.dataset, options.dataset_config_name);
  const std::string wanted = options.split.empty() ? "train" : options.split;
  if (const auto found = splits.find(wanted); found != splits.end()) return found->second;
  if (options.split.empty() && splits.size() == 1) return splits.begin()->second;
  std::vector<std::string> known;
  for (const auto& [name, files] : splits) known.push_back(name);
  throw unknown_name(ErrorKind::kUsage, "split", wanted, known);
}

TextRowsCount for_each_text_block(const std::vector<std::filesystem::path>& files, const TextRowsOptions& options,
                                  const char* what, const std::function<void(std::span<const std::string_view>)>& use) {
  table::RowReader reader(files);
  Progress progress(what, "row", static_cast<uint64_t>(options.max_samples.value_or(0)));
  Ahead<table::Rows> blocks([&] { return reader.next(); });
  TextRowsCount count;
  const uint64_t limit = options.max_samples ? static_cast<uint64_t>(*options.max_samples) : UINT64_MAX;
  std::vector<std::string> columns;
  std::vector<std::string_view> texts;
  while (count.rows < limit) {
    const auto block = blocks.next();
    if (!block) break;
    const table::Rows rows = block->take(limit - count.rows);
    if (columns.empty()) columns = text_columns(rows, options.text_column);
    texts.clear();
    take_texts(rows, columns, texts, count);
    use(texts);
    progress.advance(rows.size());
  }
  return count;
}

}  // namespace hone::cli
