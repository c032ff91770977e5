#include "table/vector_file.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <algorithm>

#include "base/counted.h"
#include "base/error.h"
#include "base/names.h"
#include "table/arrow_status.h"
#include "table/atomic_stream.h"
#include "table/cell.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kVectorBatchRows = 8192;
constexpr int64_t kMaxVectorWidth = 1 << 20;

std::shared_ptr<arrow::Schema> vector_schema(uint64_t width, bool has_texts) {
  arrow::FieldVector fields;
  if (has_texts) fields.push_back(arrow::field(std::string(kTextColumn), arrow::utf8()));
  const auto item = arrow::field("item", arrow::float32(), /*nullable=*/false);
  fields.push_back(
      arrow::field(std::string(kVectorColumn), arrow::fixed_size_list(item, static_cast<int32_t>(width)), false));
  return arrow::schema(fields);
}

bool is_vector_type(const arrow::DataType& type) {
  const auto id = type.id();
  if (id != arrow::Type::FIXED_SIZE_LIST && id != arrow::Type::LIST && id != arrow::Type::LARGE_LIST) return false;
  const auto item = type.field(0)->type()->id();
  return item == arrow::Type::FLOAT || item == arrow::Type::DOUBLE;
}

// The values of the lists of an array, and how many each has.
struct Lists {
  std::shared_ptr<arrow::Array> values;
  std::vector<int64_t> offsets;
};

template <typename ListArray>
Lists lists_of(const arrow::Array& array) {
  const auto& lists = static_cast<const ListArray&>(array);
  Lists found{lists.values(), {}};
  for (int64_t row = 0; row <= array.length(); ++row) found.offsets.push_back(lists.value_offset(row));
  return found;
}

Lists lists_in(const arrow::Array& array) {
  if (array.type_id() == arrow::Type::LIST) return lists_of<arrow::ListArray>(array);
  if (array.type_id() == arrow::Type::LARGE_LIST) return lists_of<arrow::LargeListArray>(array);
  const auto& lists = static_cast<const arrow::FixedSizeListArray&>(array);
  Lists found{lists.values(), {}};
  for (int64_t row = 0; row <= array.length(); ++row) found.offsets.push_back(lists.value_offset(row));
  return found;
}

class VectorFileReader {
 public:
  VectorFileReader(const fs::path& path, const std::string& column) : source_(path.string()) {
    file_ = take_arrow(arrow::io::MemoryMappedFile::Open(source_, arrow::io::FileMode::READ), source_);
    guard([&] {
      parquet::arrow::FileReaderBuilder builder;
      check_arrow(builder.Open(file_), source_);
      parquet::ArrowReaderProperties properties(/*use_threads=*/true);
      properties.set_batch_size(kVectorBatchRows);
      properties.set_pre_buffer(false);
      builder.properties(properties);
      reader_ = take_arrow(builder.Build(), source_);
      check_arrow(reader_->GetSchema(&schema_), source_);
      info_.num_rows = static_cast<uint64_t>(reader_->parquet_reader()->metadata()->num_rows());
    });
    choose_columns(column);
  }

  void read(const std::function<void(const VectorFileInfo&)>& begin,
            const std::function<void(const VectorRows&)>& take) {
    std::unique_ptr<arrow::RecordBatchReader> batches;
    guard([&] { batches = take_arrow(reader_->GetRecordBatchReader(groups(), leaf_columns()), source_); });
    for (uint64_t row = 0;;) {
      std::shared_ptr<arrow::RecordBatch> batch;
      guard([&] { check_arrow(batches->ReadNext(&batch), source_); });
      if (batch == nullptr) break;
      pass(*batch, row, begin, take);
      row += static_cast<uint64_t>(batch->num_rows());
    }
    if (!has_begun_) begin(info_);  // the file has no rows
  }

 private:
  template <typename Function>
  void guard(Function function) {
    try {
      function();
    } catch (const parquet::ParquetException& error) {
      throw Error(ErrorKind::kInput, fmt::format("{}: {}", source_, error.what()),
                  "the file may be damaged, incomplete, or not a parquet file");
    }
  }

  Error wrong_row(uint64_t row, std::string_view what) const {
    return {ErrorKind::kInput, fmt::format("{}: row {}: column \"{}\" {}", source_, row, info_.vector_column, what),
            "every row needs a vector of the same length"};
  }

  void choose_columns(const std::string& wanted) {
    std::vector<std::string> vectors;
    for (const auto& field : schema_->fields()) {
      if (is_vector_type(*field->type())) vectors.push_back(field->name());
    }
    const std::string name = wanted.empty() ? std::string(kVectorColumn) : wanted;
    if (std::ranges::find(vectors, name) != vectors.end()) {
      info_.vector_column = name;
    } else if (wanted.empty() && vectors.size() == 1) {
      info_.vector_column = vectors.front();
    } else if (!wanted.empty() && !vectors.empty()) {
      throw unknown_name(ErrorKind::kInput, "column of vectors", wanted, vectors);
    } else {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: {} of vectors", source_,
                              vectors.empty() ? "there is no column" : "there are several columns"),
                  vectors.empty()
                      ? "make the vectors with hone embed"
                      : fmt::format("name one with --embedding-column; there are: {}", fmt::join(vectors, ", ")));
    }
    const auto text = schema_->GetFieldByName(std::string(kTextColumn));
    if (text != nullptr && holds_text(*text->type())) info_.text_column = kTextColumn;
  }

  std::vector<int> groups() const {
    std::vector<int> all(static_cast<size_t>(reader_->num_row_groups()));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
    return all;
  }

  // The parquet columns of the two columns: each has exactly one, because a list has one kind of items.
  std::vector<int> leaf_columns() const {
    std::vector<int> leaves;
    const parquet::SchemaDescriptor& leaf_schema = *reader_->parquet_reader()->metadata()->schema();
    for (int i = 0; i < leaf_schema.num_columns(); ++i) {
      const std::string& root = leaf_schema.GetColumnRoot(i)->name();
      if (root == info_.vector_column || root == info_.text_column) leaves.push_back(i);
    }
    return leaves;
  }

  void pass(const arrow::RecordBatch& batch, uint64_t row, const std::function<void(const VectorFileInfo&)>& begin,
            const std::function<void(const VectorRows&)>& take) {
    const auto vectors = batch.GetColumnByName(info_.vector_column);
    check_arrow(vectors->ValidateFull(), source_);
    copy(*vectors, row);
    if (!has_begun_) begin(info_);
    has_begun_ = true;
    VectorRows rows{.vectors = values_, .texts = {}};
    if (!info_.text_column.empty()) {
      const auto texts = batch.GetColumnByName(info_.text_column);
      check_arrow(texts->ValidateFull(), source_);
      for (int64_t i = 0; i < batch.num_rows(); ++i) rows.texts.push_back(cell_text(*texts, i).value_or(""));
    }
    take(rows);
  }

  // Copies the vectors into values_, one after another.
  void copy(const arrow::Array& array, uint64_t first_row) {
    const Lists lists = lists_in(array);
    for (int64_t row = 0; row < array.length(); ++row) {
      const int64_t width = lists.offsets[static_cast<size_t>(row) + 1] - lists.offsets[static_cast<size_t>(row)];
      const uint64_t place = first_row + static_cast<uint64_t>(row);
      if (array.IsNull(row)) throw wrong_row(place, "is null");
      if (info_.width == 0 && width >= 1 && width <= kMaxVectorWidth) info_.width = static_cast<uint64_t>(width);
      if (static_cast<uint64_t>(width) != info_.width) {
        throw wrong_row(place,
                        fmt::format("has {}, not {}", counted(static_cast<uint64_t>(width), "value"), info_.width));
      }
    }
    const int64_t begin = lists.offsets.front(), count = lists.offsets.back() - begin;
    if (count != array.length() * static_cast<int64_t>(info_.width)) throw wrong_row(first_row, "is damaged");
    const auto items = lists.values->Slice(begin, count);
    if (items->null_count() > 0) throw wrong_row(first_row, "holds nulls");
    values_.resize(static_cast<size_t>(count));
    if (items->type_id() == arrow::Type::FLOAT) {
      const auto& floats = static_cast<const arrow::FloatArray&>(*items);
      std::copy_n(floats.raw_values(), count, values_.begin());
    } else {
      const auto& doubles = static_cast<const arrow::DoubleArray&>(*items);
      for (int64_t i = 0; i < count; ++i) values_[static_cast<size_t>(i)] = static_cast<float>(doubles.Value(i));
    }
  }

  std::string source_;
  std::shared_ptr<arrow::io::MemoryMappedFile> file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
  VectorFileInfo info_;
  bool has_begun_ = false;
  std::vector<float> values_;
};

}  // namespace

struct VectorFile::State {
  State(const fs::path& path, uint64_t row_width, bool with_texts)
      : name(path.string()),
        width(row_width),
        has_texts(with_texts),
        schema(vector_schema(row_width, with_texts)),
        stream(std::make_shared<AtomicStream>(path)) {
    // The bits of vectors do not repeat, so neither a dictionary nor compression makes them smaller.
    const std::string items = fmt::format("{}.list.element", kVectorColumn);
    const auto properties = parquet::WriterProperties::Builder()
                                .compression(parquet::Compression::SNAPPY)
                                ->compression(items, parquet::Compression::UNCOMPRESSED)
                                ->disable_dictionary(items)
                                ->build();
    const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    writer = take_arrow(
        parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), stream, properties, arrow_properties),
        name);
  }

  std::string name;
  uint64_t width;
  bool has_texts;
  std::shared_ptr<arrow::Schema> schema;
  std::shared_ptr<AtomicStream> stream;
  std::unique_ptr<parquet::arrow::FileWriter> writer;
};

VectorFile::VectorFile(const fs::path& path, uint64_t width, bool has_texts)
    : state_(std::make_unique<State>(path, width, has_texts)) {}

VectorFile::~VectorFile() = default;

void VectorFile::write(std::span<const float> vectors, std::span<const std::string_view> texts) {
  State& state = *state_;
  const auto num_rows = static_cast<int64_t>(vectors.size() / state.width);
  arrow::ArrayVector arrays;
  if (state.has_texts) {
    check_internal(static_cast<int64_t>(texts.size()) == num_rows, "each vector has its text");
    arrow::StringBuilder builder;
    for (const std::string_view text : texts) check_arrow(builder.Append(text), state.name);
    arrays.push_back(take_arrow(builder.Finish(), state.name));
  }
  const auto values = std::make_shared<arrow::FloatArray>(static_cast<int64_t>(vectors.size()),
                                                          arrow::Buffer::Wrap(vectors.data(), vectors.size()));
  const auto type = state.schema->field(state.has_texts ? 1 : 0)->type();
  arrays.push_back(std::make_shared<arrow::FixedSizeListArray>(type, num_rows, values));
  const auto batch = arrow::RecordBatch::Make(state.schema, num_rows, std::move(arrays));
  check_arrow(state.writer->WriteRecordBatch(*batch), state.name);
}

void VectorFile::commit() {
  check_arrow(state_->writer->Close(), state_->name);
  state_->stream->commit();
}

void read_vector_file(const fs::path& path, const std::string& column,
                      const std::function<void(const VectorFileInfo&)>& begin,
                      const std::function<void(const VectorRows&)>& take) {
  VectorFileReader(path, column).read(begin, take);
}

}  // namespace hone::table
