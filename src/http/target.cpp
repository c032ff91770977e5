// Parses targets (RFC 9112, 3.2: origin form and absolute form).
#include "http/target.h"

#include "base/utf8.h"
#include "http/ascii.h"

namespace hone::http {

namespace {

int hexadecimal_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// Returns the decoded text, or nullopt unless it is UTF-8 without NUL.
std::optional<std::string> decoded_text(std::string_view text, bool plus_is_space) {
  auto decoded = percent_decoded(text, plus_is_space);
  if (!decoded || decoded->find('\0') != std::string::npos) return std::nullopt;
  if (find_invalid_utf8(*decoded) != std::string::npos) return std::nullopt;
  return decoded;
}

bool parse_path(std::string_view path, Target& result) {
  if (path.empty() || path.front() != '/') return false;
  result.raw_path = path;
  size_t begin = 1;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    auto segment = decoded_text(path.substr(begin, end - begin), false);
    if (!segment) return false;
    result.path += '/' + *segment;
    result.segments.push_back(std::move(*segment));
    begin = end + 1;
  }
  return true;
}

bool parse_query(std::string_view query, Target& result) {
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    if (value.empty()) continue;
    auto name = decoded_text(take_until(value, '='), true);
    auto decoded = decoded_text(value, true);
    if (!name || !decoded) return false;
    result.query.emplace_back(std::move(*name), std::move(*decoded));
  }
  return true;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hexadecimal_digit(text[i + 1]), low = hexadecimal_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

std::optional<Target> parse_target(std::string_view target) {
  Target result;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const size_t end = std::min(target.find_first_of("/?"), target.size());
    result.authority = target.substr(0, end);
    if (result.authority.empty()) return std::nullopt;
    target.remove_prefix(end);
    if (target.empty()) target = "/";
    break;
  }
  target = take_until(target, '#');
  const std::string_view path = take_until(target, '?');
  if (!parse_path(path, result) || !parse_query(target, result)) return std::nullopt;
  return result;
}

}  // namespace hone::http
