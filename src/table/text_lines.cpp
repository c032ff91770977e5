// Reads txt: each line, also an empty one, is a row with the column "text", as in datasets.
#include "base/error.h"
#include "table/batch_builder.h"
#include "table/batch_reader.h"
#include "table/line_reader.h"

namespace hone::table {

namespace {

class TextLinesReader : public BatchReader {
 public:
  TextLinesReader(const std::filesystem::path& path, const ReadOptions& options)
      : lines_(path, options.charset), builder_(lines_.source().shared_name()) {
    builder_.column("text");
    builder_.columns()[0].type = ColumnType::kString;
    builder_.columns()[0].plain_text = true;
    if (lines_.is_empty()) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the file is empty", lines_.source().name()),
                  "it needs a text a line");
    }
  }

  std::optional<Chunk> next(uint64_t max_rows) override {
    while (!builder_.is_full(max_rows)) {
      const auto line = lines_.next();
      if (!line) break;
      builder_.append(0, *line);
      builder_.end_row(lines_.line());
    }
    if (builder_.num_rows() == 0) return std::nullopt;
    return builder_.finish();
  }

  std::vector<ColumnInfo> columns() const override { return builder_.columns(); }

 private:
  LineReader lines_;
  BatchBuilder builder_;
};

}  // namespace

std::unique_ptr<BatchReader> open_text_lines(const std::filesystem::path& path, const ReadOptions& options) {
  return std::make_unique<TextLinesReader>(path, options);
}

}  // namespace hone::table
