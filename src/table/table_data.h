// What Rows shares: chunks of rows (Arrow record batches) and the columns they make together. Internal to the floor.
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
  bool plain_text = false;  // cells of a csv file: text whatever the type
  std::vector<std::string> class_names;
};

// Rows read together. Text formats keep every cell as text (numbers are parsed when they are looked at), so that a
// column's type can be decided after its last row.
struct Chunk {
  std::shared_ptr<arrow::RecordBatch> batch;
  std::shared_ptr<const std::string> source;   // the file's path as given
  std::shared_ptr<arrow::UInt64Array> lines;   // where each record starts; null: the format has no lines
  uint64_t first_row = 0;                      // of the source
  bool mapped = false;                         // costs no memory of its own
  std::shared_ptr<void> keep_alive = nullptr;  // what the batch points into
};

struct TableData {
  // `columns` in the table's order; each chunk may lack some (null there). Takes chunks without rows out.
  TableData(std::vector<ColumnInfo> column_infos, std::vector<Chunk> row_chunks);

  struct Place {
    size_t chunk;
    int64_t row;
  };
  Place place(uint64_t row) const;
  // Null where the chunk lacks the column.
  const arrow::Array* array(size_t chunk, size_t column) const { return arrays[chunk][column].get(); }

  std::vector<ColumnInfo> columns;
  std::vector<std::string> names;
  std::vector<Chunk> chunks;
  std::vector<uint64_t> starts;  // of each chunk, and the total
  std::vector<std::vector<std::shared_ptr<arrow::Array>>> arrays;
};

// Both types in one column: null gives way, int joins float. `plain_text` columns join as text. False: they do not
// join.
bool join_columns(ColumnInfo& into, const ColumnInfo& other);

}  // namespace hone::table
