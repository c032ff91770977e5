#include "table/line_reader.h"

#include "base/byte_scan.h"
#include "table/format.h"

namespace hone::table {

std::optional<std::string_view> LineReader::next() {
  source_.consume(taken_, has_end_ ? 1 : 0);
  taken_ = 0;
  has_end_ = false;
  size_t end = line_end(0);
  while (end == source_.window().size() && source_.more()) end = line_end(end == 0 ? 0 : end - 1);
  if (source_.window().empty()) return std::nullopt;
  const std::string_view rest = source_.window().substr(end);
  has_end_ = !rest.empty();
  taken_ = end + (rest.starts_with("\r\n") ? 2 : has_end_ ? 1 : 0);
  ++line_;
  return source_.window().substr(0, end);
}

// Returns the next LF, CR or CRLF at or after `position`, or the window's size if the window may not contain it.
size_t LineReader::line_end(size_t position) const {
  const std::string_view window = source_.window();
  const size_t end =
      find_byte(window, position, [](ByteLanes bytes) { return equals_byte(bytes, '\n') | equals_byte(bytes, '\r'); });
  const bool is_cut = end + 1 == window.size() && window[end] == '\r' && !source_.at_end();
  return is_cut ? window.size() : end;
}

bool holds_lines(const std::filesystem::path& path) {
  const Format* const format = format_of_name(path);
  return format != nullptr && format->family == "text";
}

}  // namespace hone::table
