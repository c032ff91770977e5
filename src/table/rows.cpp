#include "table/rows.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/names.h"
#include "table/cell.h"
#include "table/permutation.h"
#include "table/table_data.h"

namespace hone::table {

namespace {

TableData::Place place_of(const TableData& data, const std::vector<uint64_t>* selection, uint64_t row) {
  check_internal(row < (selection != nullptr ? selection->size() : data.starts.back()), "row number beyond the table");
  return data.place(selection != nullptr ? (*selection)[row] : row);
}

std::vector<std::string> quoted(std::vector<std::string> names) {
  for (std::string& name : names) name = fmt::format("\"{}\"", name);
  return names;
}

}  // namespace

const std::string& Column::name() const { return data_->columns[index_].name; }

ColumnType Column::type() const { return data_->columns[index_].type; }

bool Column::has_text() const {
  const ColumnInfo& column = data_->columns[index_];
  return column.type == ColumnType::kString || column.type == ColumnType::kNull || column.plain_text;
}

const std::vector<std::string>& Column::class_names() const { return data_->columns[index_].class_names; }

bool Column::is_null(uint64_t row) const {
  const auto [chunk, place] = place_of(*data_, selection_.get(), row);
  const arrow::Array* array = data_->array(chunk, index_);
  return array == nullptr || array->type_id() == arrow::Type::NA || array->IsNull(place);
}

std::optional<std::string_view> Column::text(uint64_t row) const {
  if (!has_text()) {
    throw Error(ErrorKind::kInput, fmt::format("column \"{}\" holds {} values, not text", name(), type_name(type())),
                "choose the column that holds the text");
  }
  const auto [chunk, place] = place_of(*data_, selection_.get(), row);
  const arrow::Array* array = data_->array(chunk, index_);
  return array != nullptr ? cell_text(*array, place) : std::nullopt;
}

Value Column::value(uint64_t row) const {
  const auto [chunk, place] = place_of(*data_, selection_.get(), row);
  const arrow::Array* array = data_->array(chunk, index_);
  return array != nullptr ? cell_value(*array, place, type()) : Value();
}

std::string Column::json(uint64_t row) const {
  const auto [chunk, place] = place_of(*data_, selection_.get(), row);
  const arrow::Array* array = data_->array(chunk, index_);
  return array != nullptr ? cell_json(*array, place, type()) : "null";
}

Rows::Rows() : Rows(std::make_shared<TableData>(std::vector<ColumnInfo>{}, std::vector<Chunk>{})) {}

Rows::Rows(std::shared_ptr<const TableData> data) : data_(std::move(data)) {}

uint64_t Rows::size() const { return selection_ != nullptr ? selection_->size() : data_->starts.back(); }

const std::vector<std::string>& Rows::column_names() const { return data_->names; }

bool Rows::has_column(std::string_view name) const {
  return std::ranges::find(data_->names, name) != data_->names.end();
}

Column Rows::column(std::string_view name) const {
  const auto found = std::ranges::find(data_->names, name);
  if (found == data_->names.end()) {
    std::string message = fmt::format("there is no column \"{}\"", name);
    if (!data_->chunks.empty()) message = fmt::format("{}: {}", *data_->chunks[0].source, message);
    const auto nearest = nearest_name(name, data_->names);
    throw Error(ErrorKind::kInput, message,
                fmt::format("{}its columns: {}", nearest ? fmt::format("did you mean \"{}\"? ", *nearest) : "",
                            fmt::join(quoted(data_->names), ", ")));
  }
  Column column;
  column.data_ = data_;
  column.selection_ = selection_;
  column.index_ = static_cast<size_t>(found - data_->names.begin());
  return column;
}

std::optional<std::string_view> Rows::text(uint64_t row, std::string_view column_name) const {
  return column(column_name).text(row);
}

Value Rows::value(uint64_t row, std::string_view column_name) const { return column(column_name).value(row); }

std::string Rows::json(uint64_t row, std::string_view column_name) const { return column(column_name).json(row); }

std::string Rows::location(uint64_t row) const {
  const auto [chunk_index, place] = place_of(*data_, selection_.get(), row);
  const Chunk& chunk = data_->chunks[chunk_index];
  if (chunk.lines != nullptr) return fmt::format("{}:{}", *chunk.source, chunk.lines->Value(place));
  return fmt::format("{}: row {}", *chunk.source, chunk.first_row + static_cast<uint64_t>(place));
}

std::string Rows::source() const {
  return empty() ? "" : *data_->chunks[place_of(*data_, selection_.get(), 0).chunk].source;
}

uint64_t Rows::source_row(uint64_t row) const {
  check_internal(row < size(), "row number beyond the table");
  return selection_ != nullptr ? (*selection_)[row] : row;
}

Rows Rows::select(std::span<const uint64_t> rows) const {
  auto selection = std::make_shared<std::vector<uint64_t>>();
  selection->reserve(rows.size());
  for (const uint64_t row : rows) selection->push_back(source_row(row));
  Rows selected(data_);
  selected.selection_ = std::move(selection);
  return selected;
}

Rows Rows::take(uint64_t n) const {
  if (n >= size()) return *this;
  std::vector<uint64_t> first(n);
  for (uint64_t i = 0; i < n; ++i) first[i] = i;
  return select(first);
}

Rows Rows::shuffle(uint64_t seed) const { return select(permutation(seed, size())); }

}  // namespace hone::table
