#include "data/html.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/utf8.h"
#include "data/windows_1252.h"

namespace hone::data {

namespace {

struct Element {
  std::string_view name;
  bool is_inline = false;
};

// The elements of HTML that texts from the web hold, sorted by name.
constexpr std::array kElements = std::to_array<Element>(
    {{"a", true},     {"abbr", true}, {"address"},    {"article"},      {"aside"},        {"audio"},      {"b", true},
     {"big", true},   {"blockquote"}, {"body"},       {"br"},           {"button"},       {"caption"},    {"center"},
     {"cite", true},  {"code", true}, {"col"},        {"colgroup"},     {"dd"},           {"del", true},  {"details"},
     {"div"},         {"dl"},         {"dt"},         {"em", true},     {"embed"},        {"figcaption"}, {"figure"},
     {"font", true},  {"footer"},     {"form"},       {"frame"},        {"frameset"},     {"h1"},         {"h2"},
     {"h3"},          {"h4"},         {"h5"},         {"h6"},           {"head"},         {"header"},     {"hr"},
     {"html"},        {"i", true},    {"iframe"},     {"img"},          {"input"},        {"ins", true},  {"kbd", true},
     {"label"},       {"li"},         {"link"},       {"main"},         {"map"},          {"mark", true}, {"meta"},
     {"nav"},         {"noscript"},   {"object"},     {"ol"},           {"option"},       {"p"},          {"param"},
     {"pre"},         {"q", true},    {"s", true},    {"samp", true},   {"script"},       {"section"},    {"select"},
     {"small", true}, {"source"},     {"span", true}, {"strike", true}, {"strong", true}, {"style"},      {"sub", true},
     {"summary"},     {"sup", true},  {"svg"},        {"table"},        {"tbody"},        {"td"},         {"textarea"},
     {"tfoot"},       {"th"},         {"thead"},      {"title"},        {"tr"},           {"tt", true},   {"u", true},
     {"ul"},          {"var", true},  {"video"}});
static_assert(std::ranges::is_sorted(kElements, {}, &Element::name));

constexpr size_t kMaxTagBytes = 2000;

bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_html_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// Returns the element of the tag at text[begin], or null. Sets `end` to the end of the name.
const Element* element_at(std::string_view text, size_t begin, size_t& end) {
  size_t at = begin + 1;
  if (at < text.size() && text[at] == '/') ++at;
  std::string name;
  while (at < text.size() && (is_letter(text[at]) || is_digit(text[at])) && name.size() <= 10) {
    name += static_cast<char>(text[at] | 0x20);
    ++at;
  }
  end = at;
  const auto found = std::ranges::lower_bound(kElements, name, {}, &Element::name);
  return found != kElements.end() && found->name == name ? &*found : nullptr;
}

// Returns the end of the content of script or style that begins at `begin`: the begin of its end tag.
size_t end_of_raw_text(std::string_view text, size_t begin, std::string_view element) {
  for (size_t at = text.find("</", begin); at != std::string_view::npos; at = text.find("</", at + 2)) {
    size_t end = 0;
    const Element* closed = element_at(text, at, end);
    if (closed != nullptr && closed->name == element) return at;
  }
  return begin;
}

}  // namespace

size_t end_of_tag(std::string_view text, size_t begin) {
  if (text.substr(begin, 4) == "<!--") {
    const size_t end = text.find("-->", begin + 4);
    return end == std::string_view::npos ? end : end + 3;
  }
  size_t at = begin;
  if (element_at(text, begin, at) == nullptr || at == text.size()) return std::string_view::npos;
  if (!is_html_space(text[at]) && text[at] != '>' && text[at] != '/') return std::string_view::npos;
  const size_t end = text.find_first_of("<>", at);
  if (end == std::string_view::npos || text[end] == '<' || end - begin > kMaxTagBytes) return std::string_view::npos;
  return end + 1;
}

bool has_tag(std::string_view text) {
  for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (end_of_tag(text, at) != std::string_view::npos) return true;
  }
  return false;
}

std::string without_tags(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  size_t at = 0;
  bool after_break = false;  // the last thing written is the space of a tag
  while (at < text.size()) {
    const size_t end = text[at] == '<' ? end_of_tag(text, at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      const size_t next = std::min(text.find('<', at + 1), text.size());
      std::string_view plain = text.substr(at, next - at);
      if (after_break) plain.remove_prefix(std::min(plain.find_first_not_of(' '), plain.size()));
      after_break = after_break && plain.empty();
      result += plain;
      at = next;
      continue;
    }
    size_t name_end = 0;
    const Element* element = element_at(text, at, name_end);
    const bool opens = text[at + 1] != '/';
    at = end;
    if (element != nullptr && opens && (element->name == "script" || element->name == "style")) {
      at = end_of_raw_text(text, at, element->name);
    }
    if (element != nullptr && element->is_inline) continue;
    while (result.ends_with(' ')) result.pop_back();
    result += ' ';
    after_break = true;
  }
  return result;
}

namespace {

struct Entity {
  std::string_view name, value;
};

constexpr Entity kEntities[] = {
#include "data/html_entities.inc"
};

constexpr size_t kMaxEntityName = 32;

const Entity* find_entity(std::string_view name) {
  const auto* found = std::lower_bound(std::begin(kEntities), std::end(kEntities), name,
                                       [](const Entity& row, std::string_view wanted) { return row.name < wanted; });
  return found != std::end(kEntities) && found->name == name ? found : nullptr;
}

bool is_invalid_reference(char32_t code) {
  return (code >= 1 && code <= 8) || (code >= 0xE && code <= 0x1F) || (code >= 0x7F && code <= 0x9F) ||
         (code >= 0xFDD0 && code <= 0xFDEF) || code == 0xB || (code & 0xFFFE) == 0xFFFE;
}

void append_reference(std::string& to, char32_t code) {
  if (code == 0 || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) {
    append_utf8(to, 0xFFFD);
  } else if (code == 0xD) {
    to += '\r';
  } else if (code >= 0x80 && code <= 0x9F) {
    append_utf8(to, kWindowsCharacters[code - 0x80]);
  } else if (!is_invalid_reference(code)) {
    append_utf8(to, code);
  }
}

std::optional<int> digit_of(char c, int base) {
  if (is_digit(c)) return c - '0';
  if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return std::nullopt;
}

// Reads "&#39;" or "&#x27;" at text[begin], the '&'. Returns its end, or `begin` if it is no reference.
size_t read_number(std::string_view text, size_t begin, std::string& to) {
  size_t at = begin + 2;
  const int base = at < text.size() && (text[at] | 0x20) == 'x' ? 16 : 10;
  if (base == 16) ++at;
  const size_t digits = at;
  uint64_t code = 0;
  for (; at < text.size(); ++at) {
    const auto digit = digit_of(text[at], base);
    if (!digit) break;
    code = std::min<uint64_t>(code * static_cast<uint64_t>(base) + static_cast<uint64_t>(*digit), 0x110000);
  }
  if (at == digits) return begin;
  append_reference(to, static_cast<char32_t>(code));
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

// Reads "&amp;" at text[begin]: the longest name of the table that the text begins with.
size_t read_name(std::string_view text, size_t begin, std::string& to) {
  const size_t first = begin + 1;
  size_t end = first;
  while (end < text.size() && end - first < kMaxEntityName &&
         std::string_view("\t\n\f <&#;").find(text[end]) == std::string_view::npos) {
    ++end;
  }
  if (end == first) return begin;
  if (end < text.size() && text[end] == ';') ++end;
  for (size_t length = end - first; length > 1; --length) {
    if (const Entity* entity = find_entity(text.substr(first, length))) {
      to += entity->value;
      return first + length;
    }
  }
  return begin;
}

size_t read_reference(std::string_view text, size_t begin, std::string& to) {
  if (begin + 1 >= text.size()) return begin;
  return text[begin + 1] == '#' ? read_number(text, begin, to) : read_name(text, begin, to);
}

}  // namespace

bool has_entity(std::string_view text) {
  std::string value;
  for (size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
    const size_t end = read_reference(text, at, value);
    if (end > at && text[end - 1] == ';') return true;
  }
  return false;
}

std::string without_entities(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  size_t at = 0;
  while (at < text.size()) {
    const size_t next = std::min(text.find('&', at), text.size());
    result += text.substr(at, next - at);
    at = next;
    if (at == text.size()) break;
    const size_t end = read_reference(text, at, result);
    if (end == at) result += text[at];
    at = end == at ? at + 1 : end;
  }
  return result;
}

}  // namespace hone::data
