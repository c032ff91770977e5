#include "data/spans.h"

#include <algorithm>
#include <array>

#include "base/byte_scan.h"

namespace hone::data {

namespace {

bool is_ascii_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_ascii_letter(c) || is_ascii_digit(c); }
// Part of a word: a letter or digit of ASCII, an underscore, or a byte of another character.
bool is_word_byte(char c) { return is_alphanumeric(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == b || (is_ascii_letter(b) && (b | 0x20) == a);
         });
}

constexpr std::array<std::string_view, 4> kUrlStarts = {"http://", "https://", "ftp://", "www."};

bool is_url_byte(char c) {
  return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F &&
         std::string_view("<>\"'`{}|\\^").find(c) == std::string_view::npos;
}

size_t end_of_url(std::string_view text, size_t begin, size_t start_size) {
  size_t end = begin + start_size;
  while (end < text.size() && is_url_byte(text[end])) ++end;
  const std::string_view url = text.substr(begin, end - begin);
  while (end > begin && std::string_view(".,;:!?*").find(text[end - 1]) != std::string_view::npos) --end;
  // "(see http://a.b/c)" ends before the parenthesis that the address does not open.
  if (end > begin && text[end - 1] == ')' && url.find('(') == std::string_view::npos) --end;
  return end;
}

// Every start of an address holds "://" or "ww.".
bool may_have_url(std::string_view text) {
  if (text.find("://") != std::string_view::npos) return true;
  for (size_t at = text.find('.', 2); at != std::string_view::npos; at = text.find('.', at + 1)) {
    if ((text[at - 1] | 0x20) == 'w' && (text[at - 2] | 0x20) == 'w') return true;
  }
  return false;
}

bool is_email_name(char c) { return is_alphanumeric(c) || std::string_view("._%+-").find(c) != std::string_view::npos; }
bool is_host_byte(char c) { return is_alphanumeric(c) || c == '.' || c == '-'; }

}  // namespace

std::vector<Span> find_urls(std::string_view text) {
  std::vector<Span> spans;
  if (!may_have_url(text)) return spans;
  size_t at = 0;
  while (at < text.size()) {
    at = text.find_first_of("hHfFwW", at);
    if (at == std::string_view::npos) break;
    const std::string_view rest = text.substr(at);
    const auto* start = std::ranges::find_if(kUrlStarts, [&](auto s) { return starts_with_ignoring_case(rest, s); });
    const bool in_word = at > 0 && (is_alphanumeric(text[at - 1]) || text[at - 1] == '_');
    if (start == kUrlStarts.end() || in_word) {
      ++at;
      continue;
    }
    const size_t end = end_of_url(text, at, start->size());
    if (end > at + start->size()) spans.push_back({at, end});
    at = std::max(end, at + 1);
  }
  return spans;
}

std::vector<Span> find_emails(std::string_view text) {
  std::vector<Span> spans;
  for (size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    size_t begin = at, end = at + 1;
    const size_t first = spans.empty() ? 0 : spans.back().end;
    while (begin > first && is_email_name(text[begin - 1])) --begin;
    while (begin < at && !is_alphanumeric(text[begin])) ++begin;
    while (end < text.size() && is_host_byte(text[end])) ++end;
    while (end > at + 1 && !is_alphanumeric(text[end - 1])) --end;
    const std::string_view host = text.substr(at + 1, end - at - 1);
    const size_t dot = host.rfind('.');
    const bool has_domain = dot != std::string_view::npos && dot > 0 && host.size() - dot > 2 &&
                            std::ranges::all_of(host.substr(dot + 1), is_ascii_letter);
    if (begin < at && has_domain) spans.push_back({begin, end});
  }
  return spans;
}

std::vector<Span> find_numbers(std::string_view text) {
  std::vector<Span> spans;
  size_t at = 0;
  while (at < text.size()) {
    at = find_byte(text, at, [](ByteLanes bytes) { return in_byte_range(bytes, '0', '9'); });
    if (at == text.size()) break;
    size_t begin = at, end = at;
    while (end < text.size() &&
           (is_ascii_digit(text[end]) ||
            ((text[end] == '.' || text[end] == ',') && end + 1 < text.size() && is_ascii_digit(text[end + 1])))) {
      ++end;
    }
    at = end;
    const auto is_latin = [](char c) { return is_alphanumeric(c) || c == '_'; };
    if ((begin > 0 && is_latin(text[begin - 1])) || (end < text.size() && is_latin(text[end]))) {
      while (at < text.size() && is_latin(text[at])) ++at;
      continue;
    }
    const bool has_sign = begin > 0 && (text[begin - 1] == '-' || text[begin - 1] == '+');
    if (has_sign && (begin == 1 || (!is_word_byte(text[begin - 2]) && text[begin - 2] != ')'))) --begin;
    spans.push_back({begin, end});
  }
  return spans;
}

std::string with_replaced(std::string_view text, const std::vector<Span>& spans, std::string_view replacement) {
  std::string result;
  size_t at = 0;
  for (const Span& span : spans) {
    result += text.substr(at, span.begin - at);
    result += replacement;
    at = span.end;
  }
  result += text.substr(at);
  return result;
}

}  // namespace hone::data
