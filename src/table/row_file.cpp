#include "table/row_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/names.h"
#include "table/columnar_file.h"
#include "table/decompress.h"
#include "table/row_text.h"

namespace hone::table {

namespace fs = std::filesystem;

namespace {

constexpr size_t kFullRowBuffer = size_t{1} << 18;

// The destination of a text format: a file that appears at commit(), or a stream.
class RowSink {
 public:
  explicit RowSink(const fs::path& path) : name_(path.string()) { file_.emplace(path); }
  explicit RowSink(ByteSink sink) : name_("standard output"), sink_(std::move(sink)) {}

  std::string& buffer() { return buffer_; }
  void end_row() {
    if (buffer_.size() >= kFullRowBuffer) flush();
  }
  void commit() {
    flush();
    if (file_) file_->commit();
  }
  const std::string& name() const { return name_; }

 private:
  void flush() {
    file_ ? file_->write(buffer_) : sink_(buffer_);
    buffer_.clear();
  }

  std::string name_;
  std::optional<AtomicFile> file_;
  ByteSink sink_;
  std::string buffer_;
};

using SinkPointer = std::unique_ptr<RowSink>;

class DelimitedFile : public RowFile {
 public:
  DelimitedFile(SinkPointer sink, std::vector<FileColumn> columns, char delimiter)
      : sink_(std::move(sink)), columns_(std::move(columns)), delimiter_(delimiter) {
    // A tsv file tells whether it has quotes only if all of its texts have them.
    quotes_all_ = delimiter_ == '\t' && std::ranges::any_of(columns_, &FileColumn::needs_quotes);
    for (size_t i = 0; i < columns_.size(); ++i) append(i, columns_[i].name, true);
    sink_->buffer() += '\n';
  }

  void write(std::span<const Value> values) override {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto* text = std::get_if<std::string>(&values[i]);
      text != nullptr ? append(i, *text, true) : append(i, value_text(values[i]), false);
    }
    sink_->buffer() += '\n';
    sink_->end_row();
  }
  void commit() override { sink_->commit(); }

 private:
  void append(size_t column, std::string_view text, bool is_text) {
    if (column > 0) sink_->buffer() += delimiter_;
    if (delimiter_ == ',' || quotes_all_) {
      append_csv_cell(sink_->buffer(), text, is_text, quotes_all_ && is_text);
    } else {
      sink_->buffer() += text;
    }
  }

  SinkPointer sink_;
  std::vector<FileColumn> columns_;
  char delimiter_;
  bool quotes_all_ = false;
};

// jsonl, or with `is_list` json: a list of objects.
class JsonFile : public RowFile {
 public:
  JsonFile(SinkPointer sink, std::vector<FileColumn> columns, bool is_list)
      : sink_(std::move(sink)), columns_(std::move(columns)), is_list_(is_list) {
    for (const FileColumn& column : columns_) {
      keys_.emplace_back();
      append_json_cell(keys_.back(), Value(column.name));
      keys_.back() += ": ";
    }
    if (is_list_) sink_->buffer() += '[';
  }

  void write(std::span<const Value> values) override {
    std::string& buffer = sink_->buffer();
    if (is_list_) buffer += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    buffer += '{';
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) buffer += ", ";
      buffer += keys_[i];
      const auto* text = std::get_if<std::string>(&values[i]);
      if (columns_[i].type == ColumnType::kNested && text != nullptr) {
        buffer += *text;
      } else {
        append_json_cell(buffer, values[i]);
      }
    }
    buffer += is_list_ ? "}" : "}\n";
    sink_->end_row();
  }

  void commit() override {
    if (is_list_) sink_->buffer() += "\n]\n";
    sink_->commit();
  }

 private:
  SinkPointer sink_;
  std::vector<FileColumn> columns_;
  std::vector<std::string> keys_;
  bool is_list_, is_first_ = true;
};

class TextFile : public RowFile {
 public:
  TextFile(SinkPointer sink, const std::vector<FileColumn>& columns) : sink_(std::move(sink)) {
    if (columns.size() == 1 && columns[0].type != ColumnType::kNested) return;
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: a txt file holds one column of texts, not {}", sink_->name(),
                            counted(columns.size(), "column")),
                "choose the column with --columns NAME; or write csv or jsonl");
  }

  void write(std::span<const Value> values) override {
    const std::string text = value_text(values[0]);
    if (text.find_first_of("\r\n") != std::string::npos) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the text of row {} has a line break, but a txt file has a text a line",
                              sink_->name(), num_rows_),
                  "write csv or jsonl; or join the lines first: hone data clean --collapse-whitespace");
    }
    sink_->buffer() += text;
    sink_->buffer() += '\n';
    ++num_rows_;
    sink_->end_row();
  }
  void commit() override { sink_->commit(); }

 private:
  SinkPointer sink_;
  uint64_t num_rows_ = 0;
};

class TaggedFile : public RowFile {
 public:
  TaggedFile(SinkPointer sink, const std::vector<FileColumn>& columns) : sink_(std::move(sink)) {
    const auto is_list = [](const FileColumn& column) { return column.type == ColumnType::kNested; };
    if (columns.size() == 2 && std::ranges::all_of(columns, is_list)) {
      names_ = columns[1].class_names;
      return;
    }
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: a conll file holds a list of words and a list of tags", sink_->name()),
                "choose the two columns with --columns TOKENS,TAGS; or write jsonl");
  }

  void write(std::span<const Value> values) override {
    const Json words = list_of(values[0]), tags = list_of(values[1]);
    if (words.size() != tags.size() || words.empty()) {
      throw wrong(fmt::format("{} and {}", counted(words.size(), "word"), counted(tags.size(), "tag")));
    }
    for (size_t i = 0; i < words.size(); ++i) {
      sink_->buffer() += checked(item_text(words[i])) + '\t' + checked(tag_text(tags[i])) + '\n';
    }
    sink_->buffer() += '\n';
    ++num_rows_;
    sink_->end_row();
  }
  void commit() override { sink_->commit(); }

 private:
  Json list_of(const Value& value) const {
    const auto* text = std::get_if<std::string>(&value);
    Json list = text == nullptr ? Json() : Json::parse(*text, nullptr, false);
    if (!list.is_array()) throw wrong("a cell is not a list");
    return list;
  }

  static std::string item_text(const Json& item) {
    return item.is_string() ? item.get<std::string>() : item.is_null() ? "" : item.dump();
  }

  std::string tag_text(const Json& tag) const {
    if (tag.is_number_integer() && tag.get<int64_t>() >= 0 && tag.get<uint64_t>() < names_.size()) {
      return names_[tag.get<uint64_t>()];
    }
    return item_text(tag);
  }

  std::string checked(std::string text) const {
    if (text.empty() || text.find_first_of("\t\r\n") != std::string::npos) {
      throw wrong(fmt::format("\"{}\" cannot be a word or tag of a conll file", text));
    }
    return text;
  }

  Error wrong(const std::string& what) const {
    return Error(ErrorKind::kInput, fmt::format("{}: row {}: {}", sink_->name(), num_rows_, what),
                 "each row needs a list of words and as many tags");
  }

  SinkPointer sink_;
  std::vector<std::string> names_;
  uint64_t num_rows_ = 0;
};

using MakeRowFile = std::unique_ptr<RowFile> (*)(SinkPointer sink, std::vector<FileColumn> columns);

struct RowFileFormat {
  std::string_view name;
  MakeRowFile make_text;  // null for formats that are not text
  std::unique_ptr<RowFile> (*make_file)(const fs::path& path, std::vector<FileColumn> columns);
};

constexpr std::array<RowFileFormat, 8> kRowFileFormats = {{
    {"csv",
     [](SinkPointer sink, std::vector<FileColumn> columns) -> std::unique_ptr<RowFile> {
       return std::make_unique<DelimitedFile>(std::move(sink), std::move(columns), ',');
     }},
    {"tsv",
     [](SinkPointer sink, std::vector<FileColumn> columns) -> std::unique_ptr<RowFile> {
       return std::make_unique<DelimitedFile>(std::move(sink), std::move(columns), '\t');
     }},
    {"jsonl",
     [](SinkPointer sink, std::vector<FileColumn> columns) -> std::unique_ptr<RowFile> {
       return std::make_unique<JsonFile>(std::move(sink), std::move(columns), false);
     }},
    {"json",
     [](SinkPointer sink, std::vector<FileColumn> columns) -> std::unique_ptr<RowFile> {
       return std::make_unique<JsonFile>(std::move(sink), std::move(columns), true);
     }},
    {"parquet", nullptr, create_parquet_file},
    {"arrow", nullptr, create_arrow_file},
    {"txt",
     [](SinkPointer sink, std::vector<FileColumn> columns) -> std::unique_ptr<RowFile> {
       return std::make_unique<TextFile>(std::move(sink), columns);
     }},
    {"conll",
     [](SinkPointer sink, std::vector<FileColumn> columns) -> std::unique_ptr<RowFile> {
       return std::make_unique<TaggedFile>(std::move(sink), columns);
     }},
}};

static_assert(has_names(kRowFileFormats, kRowFileFormatNames), "kRowFileFormatNames and the table differ");

}  // namespace

std::string_view row_file_format(const fs::path& path) {
  if (compression_of(path) != Compression::kNone) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: hone does not write compressed files", path.string()),
                "write the file without compression, and compress it afterwards");
  }
  std::string extension = path.extension().string();
  if (extension == ".ndjson") extension = ".jsonl";
  if (extension == ".bio" || extension == ".iob" || extension == ".iob2") extension = ".conll";
  for (const RowFileFormat& format : kRowFileFormats) {
    if (extension.size() > 1 && extension.substr(1) == format.name) return format.name;
  }
  throw Error(ErrorKind::kUsage, fmt::format("{}: the extension names no format of rows", path.string()),
              fmt::format("known: {}", fmt::join(kRowFileFormatNames, ", ")));
}

std::vector<FileColumn> columns_of_format(std::string_view format, std::vector<FileColumn> columns) {
  if (format != "csv" && format != "tsv") return columns;
  for (FileColumn& column : columns) {
    if (column.type != ColumnType::kNested) column.type = ColumnType::kString;
  }
  return columns;
}

std::unique_ptr<RowFile> create_row_file(const fs::path& path, std::string_view format,
                                         std::vector<FileColumn> columns) {
  const RowFileFormat& row = find_row(kRowFileFormats, "format", format);
  if (row.make_file != nullptr) return row.make_file(path, std::move(columns));
  return row.make_text(std::make_unique<RowSink>(path), std::move(columns));
}

void check_stream_format(std::string_view format) {
  if (find_row(kRowFileFormats, "format", format).make_text != nullptr) return;
  throw Error(ErrorKind::kUsage, fmt::format("{} cannot be written to a stream", format),
              "write it to a file; or choose csv, tsv, jsonl or json");
}

std::unique_ptr<RowFile> create_row_stream(ByteSink sink, std::string_view format, std::vector<FileColumn> columns) {
  check_stream_format(format);
  const RowFileFormat& row = find_row(kRowFileFormats, "format", format);
  return row.make_text(std::make_unique<RowSink>(std::move(sink)), std::move(columns));
}

}  // namespace hone::table
