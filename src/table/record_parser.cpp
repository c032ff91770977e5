// hone has its own parser because Arrow's csv reader has no line numbers, does not distinguish an empty cell from a
// quoted empty cell, and decides types by the first block.
#include "table/record_parser.h"

#include <algorithm>
#include <cstring>

#include "table/text_source.h"

namespace hone::table {

namespace {

constexpr uint64_t kOnes = 0x0101010101010101u, kHighs = 0x8080808080808080u;

// The result has a bit for each zero byte of `word`.
uint64_t zero_bytes(uint64_t word) { return (word - kOnes) & ~word & kHighs; }

// Returns the first `a` or '\n' at or after `position`; compares eight bytes at a time.
size_t find_either(std::string_view text, size_t position, char a) {
  const uint64_t pattern_a = kOnes * static_cast<unsigned char>(a), pattern_line = kOnes * '\n';
  while (position + 8 <= text.size()) {
    uint64_t word;
    std::memcpy(&word, text.data() + position, 8);
    if ((zero_bytes(word ^ pattern_a) | zero_bytes(word ^ pattern_line)) != 0) break;
    position += 8;
  }
  while (position < text.size() && text[position] != a && text[position] != '\n') ++position;
  return position;
}

// std::string_view::find uses memchr, which is fast because line ends are rare inside quotes.
// Appends `inside`, with one quote for each doubled quote.
void append_unescaped(std::string& to, std::string_view inside) {
  to.reserve(inside.size());
  while (!inside.empty()) {
    const size_t quote = inside.find('"');
    if (quote == std::string_view::npos) break;
    to.append(inside.substr(0, quote + 1));
    inside.remove_prefix(quote + 2);
  }
  to.append(inside);
}

}  // namespace

bool RecordParser::is_blank(std::string_view line) const {
  return std::ranges::all_of(line,
                             [this](char c) { return c == '\r' || ((c == ' ' || c == '\t') && c != delimiter_); });
}

RecordStatus RecordParser::parse(std::string_view text, bool at_end) {
  cells_.clear();
  unescaped_.clear();
  lines_ = 0;
  const size_t line_end =
      text.empty() || static_cast<unsigned char>(text[0]) > ' ' ? 0 : std::min(text.find('\n'), text.size());
  if (line_end < text.size() && text[line_end] == '\n' && is_blank(text.substr(0, line_end))) {
    size_ = line_end + 1;
    lines_ = 1;
    return RecordStatus::kBlank;
  }
  if (at_end && is_blank(text)) {
    size_ = text.size();
    return RecordStatus::kBlank;
  }
  for (size_t position = 0;;) {
    switch (parse_cell(text, position, at_end)) {
      case CellEnd::kDelimiter:
        break;
      case CellEnd::kRecord:
        size_ = position;
        return RecordStatus::kRecord;
      case CellEnd::kNeedsMore:
        return RecordStatus::kNeedsMore;
      case CellEnd::kOpenQuote:
        return RecordStatus::kOpenQuote;
      case CellEnd::kAfterQuote:
        return RecordStatus::kAfterQuote;
    }
  }
}

RecordParser::CellEnd RecordParser::parse_cell(std::string_view text, size_t& position, bool at_end) {
  if (quoting_ && position < text.size() && text[position] == '"') return parse_quoted(text, position, at_end);
  const size_t start = position;
  position = find_either(text, position, delimiter_);
  if (position == text.size() && !at_end) return CellEnd::kNeedsMore;
  size_t end = position;
  const bool last = position == text.size() || text[position] == '\n';
  if (last && end > start && text[end - 1] == '\r') --end;
  cells_.push_back({text.substr(start, end - start), false});
  return cell_end(text, position, at_end);
}

// Handles the end of a cell: `position` is at the delimiter, the line end or the end of the text.
RecordParser::CellEnd RecordParser::cell_end(std::string_view text, size_t& position, bool at_end) {
  if (position == text.size()) return at_end ? CellEnd::kRecord : CellEnd::kNeedsMore;
  const bool line = text[position++] == '\n';
  if (line) ++lines_;
  return line ? CellEnd::kRecord : CellEnd::kDelimiter;
}

RecordParser::CellEnd RecordParser::parse_quoted(std::string_view text, size_t& position, bool at_end) {
  const size_t start = position + 1;
  bool doubled = false;
  error_line_ = lines_;
  size_t quote = text.find('"', start);
  while (quote != std::string_view::npos && quote + 1 < text.size() && text[quote + 1] == '"') {
    doubled = true;
    quote = text.find('"', quote + 2);
  }
  if (quote == std::string_view::npos) return at_end ? CellEnd::kOpenQuote : CellEnd::kNeedsMore;
  std::string_view inside = text.substr(start, quote - start);
  position = quote + 1;
  if (position < text.size() && text[position] == '\r' && (position + 1 == text.size() || text[position + 1] == '\n')) {
    ++position;
  }
  if (position == text.size() && !at_end) return CellEnd::kNeedsMore;
  if (position < text.size() && text[position] != delimiter_ && text[position] != '\n') return CellEnd::kAfterQuote;
  lines_ += count_lines(inside);
  if (doubled) {
    std::string& whole = unescaped_.emplace_back();
    append_unescaped(whole, inside);
    inside = whole;
  }
  cells_.push_back({inside, true});
  return cell_end(text, position, at_end);
}

}  // namespace hone::table
