// Reads parquet and arrow files with Arrow. Arrow files are mapped and used in place; parquet files are decoded group
// by group. A compressed file (.parquet.gz) is first decompressed into a temporary file.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>
#include <parquet/properties.h>
#include <simdjson.h>

#include <set>

#include "table/arrow_status.h"
#include "table/batch_reader.h"
#include "table/cell.h"
#include "table/class_names.h"
#include "table/decompress.h"
#include "table/temporary_file.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kBatchRows = int64_t{1} << 14;

// The mapped bytes of the file; if it is compressed, those of a decompressed temporary file.
struct Input {
  Input(const fs::path& path, const ReadOptions& options) {
    const Compression compression = compression_of(path);
    std::string plain = path.string();
    if (compression != Compression::kNone) {
      decompressed = std::make_shared<TemporaryFile>(options.cache_dir);
      const auto reader = open_bytes(path, compression);
      std::string block(size_t{1} << 20, '\0');
      while (const size_t count = reader->read(block.data(), block.size())) {
        decompressed->write(std::string_view(block).substr(0, count));
      }
      plain = decompressed->path();
    }
    if (fs::is_regular_file(plain) && fs::file_size(plain) == 0) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file is empty", path.string()));
    }
    map = take_arrow(arrow::io::MemoryMappedFile::Open(plain, arrow::io::FileMode::READ), path.string());
  }

  std::shared_ptr<TemporaryFile> decompressed;
  std::shared_ptr<arrow::io::MemoryMappedFile> map;
};

std::vector<ColumnInfo> columns_of(const arrow::Schema& schema, const std::string& source) {
  ClassNames class_names;
  if (schema.metadata() != nullptr) {
    const auto json = schema.metadata()->Get("huggingface");
    if (json.ok()) class_names = class_names_of(*json);
  }
  std::vector<ColumnInfo> columns;
  std::set<std::string> names;
  for (const auto& field : schema.fields()) {
    if (!names.insert(field->name()).second) {
      throw Error(ErrorKind::kInput, fmt::format("{}: two columns are named \"{}\"", source, field->name()));
    }
    columns.push_back({field->name(), column_type(*field->type()), false, class_names[field->name()]});
  }
  return columns;
}

[[noreturn]] void throw_not_utf8(const std::string& source, uint64_t row, const std::string& column) {
  throw Error(ErrorKind::kInput, fmt::format("{}: row {}: column \"{}\" is not UTF-8 text", source, row, column),
              "write the column as UTF-8 strings");
}

// Arrow itself does not check the offsets of arrow files or the dictionary indices of parquet files.
void check_structure(const arrow::Array& array, const std::string& column, const std::string& source,
                     uint64_t first_row) {
  const arrow::Status status = array.ValidateFull();
  if (status.ok()) return;
  const bool is_string = arrow::is_string(array.type_id());
  int64_t row = 0;  // of the first bad string
  while (is_string && row < array.length() - 1 && array.Slice(row, 1)->ValidateFull().ok()) ++row;
  if (is_string && status.message().find("UTF8") != std::string::npos) {
    throw_not_utf8(source, first_row + static_cast<uint64_t>(row), column);
  }
  throw Error(ErrorKind::kInput, fmt::format("{}: column \"{}\": {}", source, column, status.message()),
              "the file may be damaged");
}

// hone reads binary cells as text too, but Arrow checks UTF-8 only in string cells.
void check_text(const arrow::Array& array, const std::string& column, const std::string& source, uint64_t first_row) {
  if (!holds_text(*array.type())) return;
  for (int64_t row = 0; row < array.length(); ++row) {
    const auto text = cell_text(array, row);
    if (!text || simdjson::validate_utf8(text->data(), text->size())) continue;
    throw_not_utf8(source, first_row + static_cast<uint64_t>(row), column);
  }
}

void check_batch(const arrow::RecordBatch& batch, const std::string& source, uint64_t first_row) {
  for (int i = 0; i < batch.num_columns(); ++i) {
    check_structure(*batch.column(i), batch.column_name(i), source, first_row);
    check_text(*batch.column(i), batch.column_name(i), source, first_row);
  }
}

// The common part of the parquet and arrow readers: checks batches and makes chunks of them.
class ArrowReader : public BatchReader {
 public:
  ArrowReader(const fs::path& path, const ReadOptions& options)
      : source_(std::make_shared<const std::string>(path.string())), input_(path, options) {}

  std::optional<Chunk> next(uint64_t max_rows) override {
    while (rest_ == nullptr || rest_->num_rows() == 0) {
      rest_ = next_batch();
      if (rest_ == nullptr) return std::nullopt;
      check_batch(*rest_, *source_, first_row_);
    }
    const int64_t rows = static_cast<int64_t>(std::min(max_rows, static_cast<uint64_t>(rest_->num_rows())));
    Chunk chunk;
    chunk.batch = rest_->Slice(0, rows);
    chunk.source = source_;
    chunk.first_row = first_row_;
    const MappedBuffers buffers = mapped_buffers(*rest_);
    chunk.mapped = buffers.mapped == buffers.all;
    if (buffers.mapped > 0) chunk.keep_alive = input_.map;  // decoded rows no longer need the file
    first_row_ += static_cast<uint64_t>(rows);
    rest_ = rest_->Slice(rows);
    return chunk;
  }

  std::vector<ColumnInfo> columns() const override { return columns_; }

 protected:
  virtual std::shared_ptr<arrow::RecordBatch> next_batch() = 0;

  struct MappedBuffers {
    int64_t mapped = 0, all = 0;
  };

  // Counts the buffers of the batch that point into the mapped file.
  MappedBuffers mapped_buffers(const arrow::RecordBatch& batch) const {
    const auto file = take_arrow(input_.map->ReadAt(0, take_arrow(input_.map->GetSize(), *source_)), *source_);
    MappedBuffers counts;
    for (const auto& column : batch.column_data()) count_mapped(*column, *file, counts);
    return counts;
  }

  static void count_mapped(const arrow::ArrayData& array, const arrow::Buffer& file, MappedBuffers& counts) {
    for (const auto& buffer : array.buffers) {
      if (buffer == nullptr || buffer->size() == 0) continue;
      ++counts.all;
      if (buffer->data() >= file.data() && buffer->data() < file.data() + file.size()) ++counts.mapped;
    }
    for (const auto& child : array.child_data) count_mapped(*child, file, counts);
    if (array.dictionary != nullptr) count_mapped(*array.dictionary, file, counts);
  }

  std::shared_ptr<const std::string> source_;
  Input input_;
  std::vector<ColumnInfo> columns_;

 private:
  std::shared_ptr<arrow::RecordBatch> rest_;
  uint64_t first_row_ = 0;
};

class ParquetReader : public ArrowReader {
 public:
  ParquetReader(const fs::path& path, const ReadOptions& options) : ArrowReader(path, options) {
    guard([this] { open(); });
  }

 private:
  // Converts exceptions to errors: for a damaged file the parquet library throws, although Arrow returns a status.
  template <typename Function>
  void guard(Function function) {
    try {
      function();
    } catch (const parquet::ParquetException& error) {
      throw Error(ErrorKind::kInput, fmt::format("{}: {}", *source_, error.what()),
                  "the file may be damaged, incomplete, or not a parquet file");
    }
  }

  void open() {
    parquet::arrow::FileReaderBuilder builder;
    check_arrow(builder.Open(input_.map), *source_);
    parquet::ArrowReaderProperties properties(/*use_threads=*/true);
    properties.set_batch_size(kBatchRows);
    properties.set_pre_buffer(false);
    builder.properties(properties);
    reader_ = take_arrow(builder.Build(), *source_);
    batches_ = take_arrow(reader_->GetRecordBatchReader(), *source_);
    columns_ = columns_of(*batches_->schema(), *source_);
  }

  std::shared_ptr<arrow::RecordBatch> next_batch() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    guard([&] { check_arrow(batches_->ReadNext(&batch), *source_); });
    return batch;
  }

  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
};

class ArrowFileReader : public ArrowReader {
 public:
  ArrowFileReader(const fs::path& path, const ReadOptions& options) : ArrowReader(path, options) {
    constexpr std::string_view kFileMark = "ARROW1";
    const auto head = take_arrow(input_.map->ReadAt(0, 6), *source_);
    if (head->ToString() == kFileMark) {
      file_ = take_arrow(arrow::ipc::RecordBatchFileReader::Open(input_.map), *source_);
      columns_ = columns_of(*file_->schema(), *source_);
    } else {
      stream_ = take_arrow(arrow::ipc::RecordBatchStreamReader::Open(input_.map), *source_);
      columns_ = columns_of(*stream_->schema(), *source_);
    }
  }

 private:
  std::shared_ptr<arrow::RecordBatch> next_batch() override {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (stream_ != nullptr) {
      check_arrow(stream_->ReadNext(&batch), *source_);
    } else if (next_ < file_->num_record_batches()) {
      batch = take_arrow(file_->ReadRecordBatch(next_++), *source_);
    }
    return batch;
  }

  std::shared_ptr<arrow::ipc::RecordBatchFileReader> file_;
  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> stream_;
  int next_ = 0;
};

}  // namespace

std::unique_ptr<BatchReader> open_parquet(const fs::path& path, const ReadOptions& options) {
  return std::make_unique<ParquetReader>(path, options);
}

std::unique_ptr<BatchReader> open_arrow(const fs::path& path, const ReadOptions& options) {
  return std::make_unique<ArrowFileReader>(path, options);
}

}  // namespace hone::table
