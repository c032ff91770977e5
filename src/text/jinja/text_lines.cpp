#include "text/jinja/text_lines.h"

#include "base/utf8.h"

namespace hone::text::jinja {

namespace {

bool ends_line(char32_t code) {
  return (code >= 0x0A && code <= 0x0D) || (code >= 0x1C && code <= 0x1E) || code == 0x85 || code == 0x2028 ||
         code == 0x2029;
}

}  // namespace

std::vector<Offset> lines_of(std::string_view text, bool with_ends) {
  std::vector<Offset> lines;
  const auto place = [&](const char* p) { return static_cast<uint32_t>(p - text.data()); };
  const char* const end = text.data() + text.size();
  const char* begin = text.data();
  for (const char* p = begin; p < end;) {
    const char* line_end = p;
    const char32_t code = next_code_point(p);
    if (!ends_line(code)) continue;
    if (code == '\r' && p < end && *p == '\n') ++p;
    lines.push_back({place(begin), place(with_ends ? p : line_end)});
    begin = p;
  }
  if (begin < end) lines.push_back({place(begin), place(end)});
  return lines;
}

}  // namespace hone::text::jinja
