// str.find, count, startswith and the others that search; str.isalpha and the others that ask. They return no texts.
#include <algorithm>

#include "base/utf8.h"
#include "text/jinja/iterator.h"
#include "text/jinja/methods.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_characters.h"

namespace hone::text::jinja {

namespace {

// The part of a text that two optional arguments choose, as in find(x, start, end).
struct SearchedPart {
  std::string_view bytes;
  size_t first_character = 0;
  bool is_valid = true;  // false if start is behind the end of the text
};

int64_t clamped_index(const Value& given, int64_t length, int64_t fallback) {
  if (given.is_missing() || given.is(Kind::kNone)) return fallback;
  const int64_t index = as_index(given);
  return index < 0 ? std::max<int64_t>(index + length, 0) : index;
}

SearchedPart searched_part(const Value& self, const Bound& arguments) {
  const std::string_view bytes = self.bytes();
  if (!arguments.has(1) && !arguments.has(2)) return {bytes};
  const auto length = static_cast<int64_t>(count_code_points(bytes));
  const int64_t begin = clamped_index(arguments[1], length, 0);
  const int64_t end = std::min(clamped_index(arguments[2], length, length), length);
  if (begin > length || begin > end) return {{}, static_cast<size_t>(begin), false};
  const size_t first = byte_of_code_point(bytes, static_cast<size_t>(begin));
  const size_t last = byte_of_code_point(bytes, static_cast<size_t>(end));
  return {bytes.substr(first, last - first), static_cast<size_t>(begin)};
}

Value find_place(const Value& self, const Bound& arguments, bool from_end) {
  const std::string_view wanted = text_argument(arguments[0], "find").bytes();
  const SearchedPart part = searched_part(self, arguments);
  if (!part.is_valid) return Value::integer(-1);
  const size_t place = from_end ? part.bytes.rfind(wanted) : part.bytes.find(wanted);
  if (place == std::string_view::npos) return Value::integer(-1);
  return Value::size(part.first_character + count_code_points(part.bytes.substr(0, place)));
}

Value index_of(const Value& self, const Bound& arguments, bool from_end) {
  const Value place = find_place(self, arguments, from_end);
  if (place.as_integer() < 0) fail("substring not found");
  return place;
}

Value count_places(Render&, const Value& self, const Bound& arguments) {
  const std::string_view wanted = text_argument(arguments[0], "count").bytes();
  const SearchedPart part = searched_part(self, arguments);
  if (!part.is_valid) return Value::integer(0);
  if (wanted.empty()) return Value::size(count_code_points(part.bytes) + 1);
  size_t count = 0;
  for (size_t at = part.bytes.find(wanted); at != std::string_view::npos;
       at = part.bytes.find(wanted, at + wanted.size())) {
    ++count;
  }
  return Value::size(count);
}

// startswith and endswith take a text or a tuple of texts.
Value has_affix(const Value& self, const Bound& arguments, bool (*has)(std::string_view, std::string_view),
                std::string_view name) {
  const SearchedPart part = searched_part(self, arguments);
  const Value& affixes = arguments[0];
  if (affixes.is_text()) return Value::boolean(part.is_valid && has(part.bytes, affixes.bytes()));
  require_defined(affixes);
  if (!affixes.is(Kind::kTuple)) {
    fail("{} first arg must be str or a tuple of str, not {}", name, type_name(affixes));
  }
  bool found = false;
  for (const Value& affix : affixes.items()) {
    found = (part.is_valid && has(part.bytes, text_argument(affix, name).bytes())) || found;
  }
  return Value::boolean(found);
}

// Returns whether the text is not empty and each character has one of the flags.
bool all_have(std::string_view text, uint16_t flags) {
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
    if ((character_flags(next_code_point(p)) & flags) == 0) return false;
  }
  return !text.empty();
}

template <uint16_t kFlags>
Value all_are(Render&, const Value& self, const Bound&) {
  return Value::boolean(all_have(self.bytes(), kFlags));
}

// islower and isupper: at least one character has the case, and none has the other.
bool has_only_case(std::string_view text, uint16_t wanted, uint16_t other) {
  bool found = false;
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
    const uint16_t flags = character_flags(next_code_point(p));
    if ((flags & (other | kTitleCase)) != 0) return false;
    found = found || (flags & wanted) != 0;
  }
  return found;
}

bool is_title(std::string_view text) {
  bool is_inside = false, found = false;
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
    const uint16_t flags = character_flags(next_code_point(p));
    const bool begins = (flags & (kUpperCase | kTitleCase)) != 0, continues = (flags & kLowerCase) != 0;
    if ((begins && is_inside) || (continues && !is_inside)) return false;
    is_inside = begins || continues;
    found = found || is_inside;
  }
  return found;
}

bool is_identifier(std::string_view text) {
  const char* p = text.data();
  if (text.empty() || (character_flags(next_code_point(p)) & kIdentifierStart) == 0) return false;
  const auto rest = text.substr(static_cast<size_t>(p - text.data()));
  return rest.empty() || all_have(rest, kIdentifierPart);
}

constexpr MethodRow kTextSearchMethods[] = {
    {{"find", "_sub _start _end", 1}, [](Render&, const Value& s, const Bound& a) { return find_place(s, a, false); }},
    {{"rfind", "_sub _start _end", 1}, [](Render&, const Value& s, const Bound& a) { return find_place(s, a, true); }},
    {{"index", "_sub _start _end", 1}, [](Render&, const Value& s, const Bound& a) { return index_of(s, a, false); }},
    {{"rindex", "_sub _start _end", 1}, [](Render&, const Value& s, const Bound& a) { return index_of(s, a, true); }},
    {{"count", "_sub _start _end", 1}, count_places},
    {{"startswith", "_prefix _start _end", 1},
     [](Render&, const Value& s, const Bound& a) {
       return has_affix(s, a, [](auto text, auto affix) { return text.starts_with(affix); }, "startswith");
     }},
    {{"endswith", "_suffix _start _end", 1},
     [](Render&, const Value& s, const Bound& a) {
       return has_affix(s, a, [](auto text, auto affix) { return text.ends_with(affix); }, "endswith");
     }},
    {{"isalnum"}, all_are<kAlphabetic | kDecimal | kDigit | kNumeric>},
    {{"isalpha"}, all_are<kAlphabetic>},
    {{"isascii"},
     [](Render&, const Value& s, const Bound&) {
       return Value::boolean(std::all_of(s.bytes().begin(), s.bytes().end(), [](char c) { return c >= 0; }));
     }},
    {{"isdecimal"}, all_are<kDecimal>},
    {{"isdigit"}, all_are<kDigit>},
    {{"isidentifier"}, [](Render&, const Value& s, const Bound&) { return Value::boolean(is_identifier(s.bytes())); }},
    {{"islower"},
     [](Render&, const Value& s, const Bound&) {
       return Value::boolean(has_only_case(s.bytes(), kLowerCase, kUpperCase));
     }},
    {{"isnumeric"}, all_are<kNumeric>},
    {{"isprintable"},
     [](Render&, const Value& s, const Bound&) {
       return Value::boolean(s.bytes().empty() || all_have(s.bytes(), kPrintable));
     }},
    {{"isspace"}, all_are<kSpace>},
    {{"istitle"}, [](Render&, const Value& s, const Bound&) { return Value::boolean(is_title(s.bytes())); }},
    {{"isupper"},
     [](Render&, const Value& s, const Bound&) {
       return Value::boolean(has_only_case(s.bytes(), kUpperCase, kLowerCase));
     }},
};

}  // namespace

std::span<const MethodRow> text_search_methods() { return kTextSearchMethods; }

}  // namespace hone::text::jinja
