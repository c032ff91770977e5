// Reads json and jsonl. Streams files of any size: separates lines and list elements one by one. Parses only an object
// of lists as a whole. Reads a .json file with one object per line as jsonl.
#include <cstring>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "table/batch_reader.h"
#include "table/json_document.h"
#include "table/json_row.h"
#include "table/json_scan.h"
#include "table/text_source.h"

namespace hone::table {

namespace {

class JsonReader : public BatchReader {
 public:
  JsonReader(const std::filesystem::path& path, const ReadOptions& options)
      : source_(path, options.charset), builder_(source_.shared_name()), row_(builder_, source_.name()) {
    to_next_value();
    if (source_.window().empty()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file is empty", source_.name()),
                  "it needs a list of objects, or an object a line");
    }
    const std::string extension = without_compression(path).extension().string();
    if (source_.window()[0] == '[') {
      mode_ = Mode::kList;
      consume(1);
    } else if (source_.window()[0] == '{' && extension != ".jsonl" && extension != ".ndjson") {
      open_document();
    }
  }

  std::optional<Chunk> next(uint64_t max_rows) override {
    if (mode_ == Mode::kColumns) return columns_chunk(max_rows);
    while (!builder_.is_full(max_rows) && !ended_) ended_ = !(mode_ == Mode::kList ? next_element() : next_line());
    if (builder_.num_rows() == 0) return std::nullopt;
    return builder_.finish();
  }

  std::vector<ColumnInfo> columns() const override { return builder_.columns(); }

 private:
  enum class Mode { kLines, kList, kColumns };

  void consume(size_t size) {
    const std::string_view gone = source_.window().substr(0, size);
    const uint64_t lines = count_lines(gone);
    column_ = lines == 0 ? column_ + size : size - gone.rfind('\n');
    line_ += lines;
    source_.consume(size, lines);
  }

  // Moves the window to the next character that is not white space. It is empty at the end of the file.
  void to_next_value() {
    do {
      consume(skip_space(source_.window(), 0));
    } while (source_.window().empty() && source_.more());
  }

  // Handles an object at the top of a .json file: it is one document, or the first of many lines.
  void open_document() {
    size_t end = value_end(source_.window(), 0);
    while (end == std::string_view::npos && source_.more()) end = value_end(source_.window(), 0);
    while (end != std::string_view::npos && skip_space(source_.window(), end) == source_.window().size() &&
           source_.more()) {
    }
    const std::string_view text = source_.window();
    if (end != std::string_view::npos && skip_space(text, end) < text.size()) return;
    const DocumentLayout layout = document_layout(text, source_.name(), line_, column_);
    if (layout.kind == DocumentKind::kRows) {
      mode_ = Mode::kList;
      inside_document_ = true;
      consume(layout.rows_begin);
    }
    if (layout.kind == DocumentKind::kColumns) {
      mode_ = Mode::kColumns;
      document_ = std::make_unique<JsonColumns>(text, source_.name());
    }
    if (layout.kind == DocumentKind::kOneRow) {
      mode_ = Mode::kList;
      inside_document_ = true;
    }
  }

  bool next_line() {
    to_next_value();
    if (source_.window().empty()) return false;
    size_t end = source_.window().find('\n');
    while (end == std::string_view::npos && source_.more()) end = source_.window().find('\n');
    end = std::min(end, source_.window().size());
    row_.add(source_.window().substr(0, end), line_, column_);
    consume(end);
    return true;
  }

  bool next_element() {
    to_next_value();
    if (source_.window().empty()) {
      if (inside_document_ && any_element_) return false;
      throw separator_error("the list is not closed");
    }
    if (source_.window()[0] == ']' && !after_comma_) return end_of_list();
    if (any_element_ && !after_comma_) throw separator_error("a comma or the end of the list is expected");
    size_t end = value_end(source_.window(), 0);
    while (end == std::string_view::npos && source_.more()) end = value_end(source_.window(), 0);
    end = std::min(end, source_.window().size());
    if (end == 0) throw separator_error("a value is expected");
    row_.add(source_.window().substr(0, end), line_, column_);
    consume(end);
    any_element_ = true;
    to_next_value();
    after_comma_ = !source_.window().empty() && source_.window()[0] == ',';
    if (after_comma_) consume(1);
    return true;
  }

  bool end_of_list() {
    if (inside_document_) return false;
    consume(1);
    to_next_value();
    if (!source_.window().empty()) throw separator_error("something follows the end of the list");
    return false;
  }

  Error separator_error(std::string_view what) const {
    return Error(ErrorKind::kInput, fmt::format("{}:{}:{}: {}", source_.name(), line_, column_, what),
                 "the file is not valid JSON");
  }

  std::optional<Chunk> columns_chunk(uint64_t max_rows) {
    while (!builder_.is_full(max_rows) && document_->add_row(builder_, row_)) {
    }
    if (builder_.num_rows() == 0) return std::nullopt;
    Chunk chunk = builder_.finish();
    chunk.lines = nullptr;  // the cells of one row are on several lines
    return chunk;
  }

  TextSource source_;
  BatchBuilder builder_;
  JsonRow row_;
  Mode mode_ = Mode::kLines;
  std::unique_ptr<JsonColumns> document_;
  uint64_t line_ = 1, column_ = 1;
  bool inside_document_ = false;  // the list is part of an already checked document
  bool any_element_ = false, after_comma_ = false, ended_ = false;
};

}  // namespace

std::unique_ptr<BatchReader> open_json(const std::filesystem::path& path, const ReadOptions& options) {
  return std::make_unique<JsonReader>(path, options);
}

}  // namespace hone::table
