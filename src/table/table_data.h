// The data that Rows share: chunks of rows (Arrow record batches) and their columns. Internal to the floor.
#pragma once

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "table/value.h"

namespace hone::table {

struct ColumnInfo {
  std::string name;
  ColumnType type = ColumnType::kNull;
  bool plain_text = false;  // a column of a csv file: its cells are text, whatever the type
  std::vector<std::string> class_names;
};

// Rows that were read together. Text formats keep every cell as text and parse numbers on access, because the last row
// may still change the type of a column.
struct Chunk {
  std::shared_ptr<arrow::RecordBatch> batch;
  std::shared_ptr<const std::string> source;   // the file's path as given
  std::shared_ptr<arrow::UInt64Array> lines;   // where each record starts; null if the format has no lines
  uint64_t first_row = 0;                      // of the source
  bool mapped = false;                         // the batch points into a mapped file
  std::shared_ptr<void> keep_alive = nullptr;  // owns the memory that the batch points into
};

struct TableData {
  // `column_infos` are in the table's order. If a chunk lacks a column, its cells are null. Drops chunks without rows.
  TableData(std::vector<ColumnInfo> column_infos, std::vector<Chunk> row_chunks);

  struct Place {
    size_t chunk;
    int64_t row;
  };
  Place place(uint64_t row) const;
  // Returns null if the chunk lacks the column.
  const arrow::Array* array(size_t chunk, size_t column) const { return arrays[chunk][column].get(); }

  std::vector<ColumnInfo> columns;
  std::vector<std::string> names;
  std::vector<Chunk> chunks;
  std::vector<uint64_t> starts;  // the first row of each chunk, and the number of rows
  std::vector<std::vector<std::shared_ptr<arrow::Array>>> arrays;
};

// Changes the type of `into` to one that holds the cells of both: null becomes the other type, int and float become
// float, and `plain_text` columns become text. Returns false if there is no such type.
bool join_columns(ColumnInfo& into, const ColumnInfo& other);

}  // namespace hone::table
