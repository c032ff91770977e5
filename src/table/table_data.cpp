#include "table/table_data.h"

#include <algorithm>

namespace hone::table {

TableData::TableData(std::vector<ColumnInfo> column_infos, std::vector<Chunk> row_chunks)
    : columns(std::move(column_infos)), chunks(std::move(row_chunks)), starts{0} {
  std::erase_if(chunks, [](const Chunk& chunk) { return chunk.batch->num_rows() == 0; });
  for (const ColumnInfo& column : columns) names.push_back(column.name);
  for (const Chunk& chunk : chunks) {
    starts.push_back(starts.back() + static_cast<uint64_t>(chunk.batch->num_rows()));
    auto& row = arrays.emplace_back();
    for (const std::string& name : names) row.push_back(chunk.batch->GetColumnByName(name));
  }
}

TableData::Place TableData::place(uint64_t row) const {
  const auto next = std::upper_bound(starts.begin(), starts.end(), row);
  const size_t chunk = static_cast<size_t>(next - starts.begin()) - 1;
  return {chunk, static_cast<int64_t>(row - starts[chunk])};
}

bool join_columns(ColumnInfo& into, const ColumnInfo& other) {
  if (into.class_names.empty()) into.class_names = other.class_names;
  if (other.type == ColumnType::kNull) return true;
  if (into.type == ColumnType::kNull) {
    into.type = other.type;
    into.plain_text = other.plain_text;
    return true;
  }
  const bool both_text = into.plain_text && other.plain_text;
  into.plain_text = both_text;
  if (into.type == other.type) return true;
  const auto number = [](ColumnType type) { return type == ColumnType::kInt || type == ColumnType::kFloat; };
  if (number(into.type) && number(other.type)) {
    into.type = ColumnType::kFloat;
    return true;
  }
  if (both_text) into.type = ColumnType::kString;
  return both_text;
}

}  // namespace hone::table
