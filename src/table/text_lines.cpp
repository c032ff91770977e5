// Reads txt: each line, also an empty one, is a row with the column "text", as in datasets.
#include <algorithm>

#include "base/error.h"
#include "table/batch_builder.h"
#include "table/batch_reader.h"
#include "table/text_source.h"

namespace hone::table {

namespace {

class TextLinesReader : public BatchReader {
 public:
  TextLinesReader(const std::filesystem::path& path, const ReadOptions& options)
      : source_(path, options.charset), builder_(source_.shared_name()) {
    builder_.column("text");
    builder_.columns()[0].type = ColumnType::kString;
    builder_.columns()[0].plain_text = true;
    if (source_.window().empty() && source_.at_end()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file is empty", source_.name()), "it needs a text a line");
    }
  }

  std::optional<Chunk> next(uint64_t max_rows) override {
    while (!builder_.is_full(max_rows) && next_line()) {
    }
    if (builder_.num_rows() == 0) return std::nullopt;
    return builder_.finish();
  }

  std::vector<ColumnInfo> columns() const override { return builder_.columns(); }

 private:
  bool next_line() {
    size_t end = line_end(0);
    while (end == source_.window().size() && source_.more()) end = line_end(end == 0 ? 0 : end - 1);
    if (source_.window().empty()) return false;
    const std::string_view rest = source_.window().substr(end);
    builder_.append(0, source_.window().substr(0, end));
    builder_.end_row(line_);
    ++line_;
    source_.consume(end + (rest.starts_with("\r\n") ? 2 : rest.empty() ? 0 : 1), rest.empty() ? 0 : 1);
    return true;
  }

  // Returns the next LF, CR or CRLF at or after `position`, or the window's size if the window may not contain it.
  size_t line_end(size_t position) const {
    const std::string_view window = source_.window();
    const size_t end = std::min(window.find_first_of("\r\n", position), window.size());
    const bool is_cut = end + 1 == window.size() && window[end] == '\r' && !source_.at_end();
    return is_cut ? window.size() : end;
  }

  TextSource source_;
  BatchBuilder builder_;
  uint64_t line_ = 1;
};

}  // namespace

std::unique_ptr<BatchReader> open_text_lines(const std::filesystem::path& path, const ReadOptions& options) {
  return std::make_unique<TextLinesReader>(path, options);
}

}  // namespace hone::table
