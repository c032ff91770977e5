// txt: a row a line, in the column "text". Empty lines are rows too, as in datasets.
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
      : source_(path, options.encoding), builder_(source_.shared_name()) {
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
    size_t end = source_.window().find('\n');
    while (end == std::string_view::npos && source_.more()) end = source_.window().find('\n');
    if (source_.window().empty()) return false;
    const bool ended = end == std::string_view::npos;
    std::string_view line = source_.window().substr(0, end);
    const size_t size = line.size() + (ended ? 0 : 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    builder_.append(0, line);
    builder_.end_row(line_);
    ++line_;
    source_.consume(size, ended ? 0 : 1);
    return true;
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
