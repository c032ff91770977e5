// Parses one record of delimited text as in RFC 4180, with quoted cells and line ends inside quotes. Internal to the
// floor.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace hone::table {

struct DelimitedCell {
  std::string_view text;
  bool quoted;
};

enum class RecordStatus {
  kRecord,     // cells() and size() hold a record
  kBlank,      // a line that is empty or holds only spaces, size() bytes long
  kNeedsMore,  // the text ends inside the record
  kOpenQuote,  // at the end of the file, a quote is not closed
  kAfterQuote  // text follows the closing quote of cell error_cell()
};

class RecordParser {
 public:
  RecordParser(char delimiter, bool quoting) : delimiter_(delimiter), quoting_(quoting) {}

  // Parses the record at the beginning of `text`. `at_end` means that the file ends with the text. Cells point into
  // `text`. Cells with doubled quotes point into the parser, and are valid until the next call.
  RecordStatus parse(std::string_view text, bool at_end);

  const std::vector<DelimitedCell>& cells() const { return cells_; }
  size_t size() const { return size_; }      // bytes of the record, with its line end
  uint64_t lines() const { return lines_; }  // line ends of the record, also inside quotes
  size_t error_cell() const { return cells_.size(); }
  // For kOpenQuote and kAfterQuote: the line ends before the quote.
  uint64_t error_line() const { return error_line_; }

 private:
  enum class CellEnd { kDelimiter, kRecord, kNeedsMore, kOpenQuote, kAfterQuote };

  CellEnd parse_cell(std::string_view text, size_t& position, bool at_end);
  CellEnd parse_quoted(std::string_view text, size_t& position, bool at_end);
  CellEnd cell_end(std::string_view text, size_t& position, bool at_end);
  bool is_blank(std::string_view line) const;

  char delimiter_;
  bool quoting_;
  std::vector<DelimitedCell> cells_;
  std::deque<std::string> unescaped_;
  size_t size_ = 0;
  uint64_t lines_ = 0, error_line_ = 0;
};

}  // namespace hone::table
