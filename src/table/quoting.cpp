#include "table/quoting.h"

#include <map>
#include <vector>

#include "table/record_parser.h"

namespace hone::table {

namespace {

constexpr size_t kMaxHead = (size_t{1} << 22) - 8;  // a little less than TextSource's first window

bool is_quoted(std::string_view field) { return !field.empty() && field[0] == '"'; }

// Returns true for "..." with every quote inside doubled.
bool is_proper(std::string_view field) {
  if (field.size() < 2 || field.back() != '"') return false;
  field = field.substr(1, field.size() - 2);
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '"') continue;
    if (i + 1 == field.size() || field[i + 1] != '"') return false;
    ++i;
  }
  return true;
}

// Properties of the records of `head` if quotes are plain characters.
struct Plain {
  bool same_length = true, any_quoted = false, all_proper = true, any_doubled = false;
  uint64_t records = 0;
  std::map<size_t, uint64_t> quoted_in_column;

  void see(const std::vector<DelimitedCell>& cells, size_t& width) {
    if (width == 0) width = cells.size();
    same_length = same_length && cells.size() == width;
    ++records;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!is_quoted(cells[i].text)) continue;
      any_quoted = true;
      ++quoted_in_column[i];
      const bool proper = is_proper(cells[i].text);
      all_proper = all_proper && proper;
      if (proper) any_doubled = any_doubled || cells[i].text.substr(1).find("\"\"") != std::string_view::npos;
    }
  }

  // Returns true if some column is quoted in all rows; the header may be unquoted.
  bool whole_column_quoted() const {
    for (const auto& [column, count] : quoted_in_column) {
      if (records > 1 && count + 1 >= records) return true;
    }
    return false;
  }
};

bool same_length_when_quoted(std::string_view head, char delimiter, bool whole_file) {
  RecordParser parser(delimiter, true);
  for (size_t position = 0, width = 0; position < head.size(); position += parser.size()) {
    const RecordStatus status = parser.parse(head.substr(position), whole_file);
    if (status == RecordStatus::kNeedsMore) return width != 0;
    if (status == RecordStatus::kBlank) continue;
    if (status != RecordStatus::kRecord || (width != 0 && parser.cells().size() != width)) return false;
    width = parser.cells().size();
  }
  return true;
}

// Returns the number of fields if it is the same in each of the first records, else 0.
size_t common_width(std::string_view head, char delimiter, Quoting quoting, bool whole_file) {
  constexpr int kMaxRecords = 100;
  RecordParser parser(delimiter, use_quotes(head, delimiter, quoting));
  size_t width = 0;
  int records = 0;
  for (size_t position = 0; position < head.size() && records < kMaxRecords; position += parser.size()) {
    const RecordStatus status = parser.parse(head.substr(position), whole_file);
    if (status == RecordStatus::kNeedsMore) break;
    if (status == RecordStatus::kBlank) continue;
    if (status != RecordStatus::kRecord || (width != 0 && parser.cells().size() != width)) return 0;
    width = parser.cells().size();
    ++records;
  }
  return width;
}

size_t width_of_first_record(std::string_view head, char delimiter, Quoting quoting, bool whole_file) {
  RecordParser parser(delimiter, use_quotes(head, delimiter, quoting));
  for (size_t position = 0; position < head.size(); position += parser.size()) {
    const RecordStatus status = parser.parse(head.substr(position), whole_file);
    if (status == RecordStatus::kRecord) return parser.cells().size();
    if (status != RecordStatus::kBlank) break;
  }
  return 0;
}

}  // namespace

char find_separator(std::string_view head, char expected, Quoting quoting) {
  const bool whole_file = head.size() < kMaxHead;
  head = head.substr(0, kMaxHead);
  if (width_of_first_record(head, expected, quoting, whole_file) > 1) return expected;
  for (const char candidate : {',', ';', '\t', '|'}) {
    if (candidate != expected && common_width(head, candidate, quoting, whole_file) > 1) return candidate;
  }
  return expected;
}

bool use_quotes(std::string_view head, char delimiter, Quoting quoting) {
  if (quoting != Quoting::kAutomatic) return quoting == Quoting::kOn;
  if (delimiter != '\t') return true;
  head = head.substr(0, kMaxHead);
  const bool whole_file = head.size() < kMaxHead;
  Plain plain;
  RecordParser parser(delimiter, false);
  for (size_t position = 0, width = 0; position < head.size(); position += parser.size()) {
    const RecordStatus status = parser.parse(head.substr(position), whole_file);
    if (status == RecordStatus::kNeedsMore) break;
    if (status == RecordStatus::kRecord) plain.see(parser.cells(), width);
  }
  if (!plain.any_quoted) return false;
  if (!plain.same_length) return same_length_when_quoted(head, delimiter, whole_file);
  return plain.all_proper && (plain.any_doubled || plain.whole_column_quoted());
}

}  // namespace hone::table
