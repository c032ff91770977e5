#include "table/columnar_file.h"

#include <arrow/api.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "table/arrow_status.h"
#include "table/atomic_stream.h"
#include "table/nested_type.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kRowsInBatch = int64_t{1} << 14;
constexpr int64_t kBytesInBatch = int64_t{1} << 25;

std::shared_ptr<arrow::DataType> arrow_type(const FileColumn& column) {
  switch (column.type) {
    case ColumnType::kNull:
      return arrow::null();
    case ColumnType::kBool:
      return arrow::boolean();
    case ColumnType::kInt:
      return arrow::int64();
    case ColumnType::kFloat:
      return arrow::float64();
    case ColumnType::kNested:
      return column.nested != nullptr ? column.nested->type : arrow::utf8();
    case ColumnType::kString:
      break;
  }
  return arrow::utf8();
}

// Declares the names of classes in the notation of HF datasets, which derives the other columns from the schema.
std::shared_ptr<const arrow::KeyValueMetadata> metadata_of(const std::vector<FileColumn>& columns) {
  Json features = Json::object();
  for (const FileColumn& column : columns) {
    if (column.class_names.empty()) continue;
    const Json names = {{"names", column.class_names}, {"_type", "ClassLabel"}};
    if (column.type == ColumnType::kInt) features[column.name] = names;
    if (column.type == ColumnType::kNested) features[column.name] = {{"feature", names}, {"_type", "List"}};
  }
  if (features.empty()) return nullptr;
  return arrow::key_value_metadata({"huggingface"}, {Json({{"info", {{"features", features}}}}).dump()});
}

std::shared_ptr<arrow::Schema> schema_of(const std::vector<FileColumn>& columns) {
  arrow::FieldVector fields;
  for (const FileColumn& column : columns) fields.push_back(arrow::field(column.name, arrow_type(column)));
  return arrow::schema(fields, metadata_of(columns));
}

void append_value(arrow::ArrayBuilder& builder, ColumnType type, const Value& value, const std::string& source) {
  if (is_null(value) || type == ColumnType::kNull) {
    check_arrow(builder.AppendNull(), source);
  } else if (type == ColumnType::kBool) {
    check_arrow(static_cast<arrow::BooleanBuilder&>(builder).Append(std::get<bool>(value)), source);
  } else if (type == ColumnType::kInt) {
    check_arrow(static_cast<arrow::Int64Builder&>(builder).Append(std::get<int64_t>(value)), source);
  } else if (type == ColumnType::kFloat) {
    check_arrow(static_cast<arrow::DoubleBuilder&>(builder).Append(std::get<double>(value)), source);
  } else if (type == ColumnType::kNested) {
    append_json_value(builder, Json::parse(std::get<std::string>(value)), source);
  } else {
    check_arrow(static_cast<arrow::StringBuilder&>(builder).Append(std::get<std::string>(value)), source);
  }
}

// Collects rows into record batches, which the derived class writes.
class ColumnarFile : public RowFile {
 public:
  ColumnarFile(const fs::path& path, std::vector<FileColumn> columns)
      : name_(path.string()),
        columns_(std::move(columns)),
        schema_(schema_of(columns_)),
        stream_(std::make_shared<AtomicStream>(path)) {
    for (const auto& field : schema_->fields()) {
      builders_.push_back(take_arrow(arrow::MakeBuilder(field->type()), name_));
    }
  }

  void write(std::span<const Value> values) override {
    check_internal(values.size() == columns_.size(), "a row needs a value for each column");
    for (size_t i = 0; i < values.size(); ++i) {
      append_value(*builders_[i], columns_[i].type, values[i], name_);
      const auto* text = std::get_if<std::string>(&values[i]);
      if (text != nullptr) num_bytes_ += static_cast<int64_t>(text->size());
    }
    if (++num_rows_ == kRowsInBatch || num_bytes_ >= kBytesInBatch) flush();
  }

  void commit() override {
    flush();
    finish();
    stream_->commit();
  }

 protected:
  virtual void write_batch(const arrow::RecordBatch& batch) = 0;
  virtual void finish() = 0;

  std::string name_;
  std::vector<FileColumn> columns_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<AtomicStream> stream_;

 private:
  void flush() {
    if (num_rows_ == 0) return;
    arrow::ArrayVector arrays;
    for (const auto& builder : builders_) arrays.push_back(take_arrow(builder->Finish(), name_));
    write_batch(*arrow::RecordBatch::Make(schema_, num_rows_, std::move(arrays)));
    num_rows_ = num_bytes_ = 0;
  }

  std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders_;
  int64_t num_rows_ = 0, num_bytes_ = 0;
};

class ParquetFile : public ColumnarFile {
 public:
  ParquetFile(const fs::path& path, std::vector<FileColumn> columns) : ColumnarFile(path, std::move(columns)) {
    const auto properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
    const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    writer_ = take_arrow(
        parquet::arrow::FileWriter::Open(*schema_, arrow::default_memory_pool(), stream_, properties, arrow_properties),
        name_);
  }

 private:
  void write_batch(const arrow::RecordBatch& batch) override { check_arrow(writer_->WriteRecordBatch(batch), name_); }
  void finish() override { check_arrow(writer_->Close(), name_); }

  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

class ArrowStreamFile : public ColumnarFile {
 public:
  ArrowStreamFile(const fs::path& path, std::vector<FileColumn> columns) : ColumnarFile(path, std::move(columns)) {
    writer_ = take_arrow(arrow::ipc::MakeStreamWriter(stream_, schema_), name_);
  }

 private:
  void write_batch(const arrow::RecordBatch& batch) override { check_arrow(writer_->WriteRecordBatch(batch), name_); }
  void finish() override { check_arrow(writer_->Close(), name_); }

  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

}  // namespace

std::unique_ptr<RowFile> create_parquet_file(const fs::path& path, std::vector<FileColumn> columns) {
  return std::make_unique<ParquetFile>(path, std::move(columns));
}

std::unique_ptr<RowFile> create_arrow_file(const fs::path& path, std::vector<FileColumn> columns) {
  return std::make_unique<ArrowStreamFile>(path, std::move(columns));
}

}  // namespace hone::table
