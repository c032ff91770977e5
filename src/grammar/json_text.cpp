#include "grammar/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace hone::grammar {

namespace {

// The escapes of the characters that need one.
Expr escape_of(char32_t c) {
  constexpr std::pair<char32_t, std::string_view> kShort[] = {
      {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {'\r', "\\r"}, {'\b', "\\b"}, {'\f', "\\f"}};
  for (const auto& [code, escape] : kShort) {
    if (code == c) return text_of(escape);
  }
  return text_of(fmt::format("\\u{:04x}", static_cast<uint32_t>(c)));
}

Expr digits(uint32_t least, uint32_t most) { return repeated(one_of({{'0', '9'}}), least, most); }

}  // namespace

text::CodePointSet plain_in_quotes() { return text::complement_of({{0, 0x1F}, {'"', '"'}, {'\\', '\\'}}); }

Expr quoted_character(const text::CodePointSet& characters) {
  std::vector<Expr> ways = {one_of(text::intersection_of(characters, plain_in_quotes()))};
  for (const auto& range : text::intersection_of(characters, text::complement_of(plain_in_quotes()))) {
    for (char32_t c = range.first; c <= range.last; ++c) ways.push_back(escape_of(c));
  }
  return choice(std::move(ways));
}

Expr any_quoted_character() {
  const Expr hex = one_of({{'0', '9'}, {'A', 'F'}, {'a', 'f'}});
  const Expr unpaired = choice({sequence({one_of({{'0', '9'}, {'A', 'C'}, {'E', 'F'}, {'a', 'c'}, {'e', 'f'}}), hex}),
                                sequence({one_of({{'D', 'D'}, {'d', 'd'}}), one_of({{'0', '7'}})})});
  return choice(
      {one_of(plain_in_quotes()), sequence({text_of("\\"), choice({one_of({{'"', '"'},
                                                                           {'/', '/'},
                                                                           {'\\', '\\'},
                                                                           {'b', 'b'},
                                                                           {'f', 'f'},
                                                                           {'n', 'n'},
                                                                           {'r', 'r'},
                                                                           {'t', 't'}}),
                                                                   sequence({text_of("u"), unpaired, hex, hex})})})});
}

Expr quoted(Expr content) { return sequence({text_of("\""), std::move(content), text_of("\"")}); }

Expr any_integer() {
  return sequence({optional(text_of("-")), choice({text_of("0"), sequence({one_of({{'1', '9'}}), digits(0, 14)})})});
}

Expr any_number() {
  const Expr exponent =
      sequence({one_of({{'E', 'E'}, {'e', 'e'}}), optional(one_of({{'+', '+'}, {'-', '-'}})), digits(1, 2)});
  return sequence({any_integer(), optional(sequence({text_of("."), digits(1, 15)})), optional(exponent)});
}

Expr space() { return optional(choice({text_of(" "), sequence({text_of("\n"), repeated(text_of(" "), 0, 40)})})); }

std::string regex_of_format(std::string_view format) {
  const std::string date =
      "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
      ")";
  const std::string time =
      "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
  const std::pair<const char*, std::string> known[] = {
      {"date", date},
      {"time", time},
      {"date-time", date + "T" + time},
      {"uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"},
  };
  const auto row = std::ranges::find_if(known, [&](const auto& each) { return format == each.first; });
  return row == std::end(known) ? "" : row->second;
}

}  // namespace hone::grammar
