#include "text/jinja/lexer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/utf8.h"
#include "text/jinja/python_characters.h"
#include "text/jinja/scope.h"
#include "text/jinja/string_literal.h"

namespace hone::text::jinja {

namespace {

// The longest first.
constexpr std::string_view kOperators[] = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
                                           "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Returns the source with \n for every line end, and without one at the end.
std::string with_plain_lines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    out += source[i] == '\r' ? '\n' : source[i];
    if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') ++i;
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string_view without_space_at_end(std::string_view text) {
  const std::string_view inner = stripped(text);
  return inner.empty() ? inner : text.substr(0, static_cast<size_t>(inner.data() + inner.size() - text.data()));
}

class Lexer {
 public:
  Lexer(std::string_view source, const std::string& name) : source_(with_plain_lines(source)), name_(name) {}

  std::vector<Lexeme> tokens() {
    while (place_ < source_.size()) read_text();
    add(TokenType::kEnd);
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail_here(const std::string& message) const { throw syntax_error(name_, line_, message); }

  std::string_view rest() const { return std::string_view(source_).substr(place_); }
  bool at(std::string_view wanted) const { return rest().starts_with(wanted); }

  void add(TokenType type, std::string text = {}) { tokens_.push_back({type, line_, std::move(text)}); }

  void advance(size_t bytes) {
    line_ += static_cast<uint32_t>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(place_),
                                              source_.begin() + static_cast<std::ptrdiff_t>(place_ + bytes), '\n'));
    place_ += bytes;
    is_line_start_ = bytes > 0 ? source_[place_ - 1] == '\n' : is_line_start_;
  }

  void skip_space() {
    const std::string_view text = rest();
    size_t length = 0;
    while (length < text.size()) {
      const char* p = text.data() + length;
      if (!is_python_space(next_code_point(p))) break;
      length = static_cast<size_t>(p - text.data());
    }
    advance(length);
  }

  // Adds the text before a tag. `sign`: the character after the tag's opening.
  void add_data(std::string_view text, char sign, bool is_variable) {
    const bool starts_line = is_line_start_;
    std::string_view kept = text;
    if (sign == '-') {
      kept = without_space_at_end(text);
    } else if (sign != '+' && !is_variable) {
      const size_t line_begin = text.rfind('\n') + 1;  // 0 without a line end
      const bool is_whole_line = line_begin > 0 || starts_line;
      const std::string_view before = text.substr(line_begin);
      if (is_whole_line && !before.empty() && stripped(before).empty()) kept = text.substr(0, line_begin);
    }
    if (!kept.empty()) add(TokenType::kData, std::string(kept));
    advance(text.size());
  }

  // Returns the sign after the two characters that open a tag, or a zero.
  char sign_at(size_t place) const {
    const char c = place < source_.size() ? source_[place] : '\0';
    return c == '-' || c == '+' ? c : '\0';
  }

  // Returns the length of "{% raw %}" at a place, or 0 if another tag stands there.
  size_t raw_length(size_t begin, std::string_view keyword, bool takes_plus) const {
    const std::string_view text(source_);
    if (text.substr(begin, 2) != "{%") return 0;
    size_t i = begin + 2;
    if (sign_at(i) != '\0') ++i;
    const auto skip = [&] {
      while (i < text.size()) {
        const char* p = text.data() + i;
        if (!is_python_space(next_code_point(p))) break;
        i = static_cast<size_t>(p - text.data());
      }
    };
    skip();
    if (!text.substr(i).starts_with(keyword)) return 0;
    i += keyword.size();
    skip();
    if (text.substr(i).starts_with("-%}")) {
      i += 3;
      skip();
      return i - begin;
    }
    if (takes_plus && text.substr(i).starts_with("+%}")) return i + 3 - begin;
    if (!text.substr(i).starts_with("%}")) return 0;
    i += 2;
    if (takes_plus && i < text.size() && text[i] == '\n') ++i;
    return i - begin;
  }

  // Reads text up to the next tag, and the tag.
  void read_text() {
    size_t begin = place_;
    for (;; ++begin) {
      begin = source_.find('{', begin);
      if (begin == std::string::npos || begin + 1 >= source_.size()) {
        add(TokenType::kData, std::string(rest()));
        return advance(source_.size() - place_);
      }
      if (std::string_view("{%#").find(source_[begin + 1]) != std::string_view::npos) break;
    }
    const size_t raw = raw_length(begin, "raw", false);
    const char kind = source_[begin + 1], sign = sign_at(begin + 2);
    add_data(rest().substr(0, begin - place_), sign, kind == '{');
    if (raw > 0) return read_raw(raw);
    const size_t opening = sign == '\0' ? 2 : 3;
    if (kind == '#') return read_comment(opening);
    add(kind == '{' ? TokenType::kVariableBegin : TokenType::kBlockBegin);
    advance(opening);
    read_tag(kind == '{');
  }

  void read_comment(size_t opening) {
    advance(opening);
    if (place_ == source_.size()) return;  // jinja2 takes a tag that is opened at the end for nothing
    const size_t end = source_.find("#}", place_);
    if (end == std::string::npos) fail_here("Missing end of comment tag");
    // A sign right after "{#" belongs to the opening: "{#-#}" ends without one.
    const char sign = end > place_ ? source_[end - 1] : '\0';
    advance(end + 2 - place_);
    end_tag(sign);
  }

  // After the end of a block or a comment: "-" takes white space, and without a sign a line end goes.
  void end_tag(char sign) {
    if (sign == '-') {
      skip_space();
    } else if (sign != '+' && at("\n")) {
      advance(1);
    }
  }

  void read_raw(size_t opening) {
    advance(opening);
    if (place_ == source_.size()) return;
    for (size_t begin = source_.find("{%", place_); begin != std::string::npos; begin = source_.find("{%", begin + 1)) {
      const size_t length = raw_length(begin, "endraw", true);
      if (length == 0) continue;
      add_data(rest().substr(0, begin - place_), sign_at(begin + 2), false);
      return advance(length);
    }
    fail_here("Missing end of raw directive");
  }

  void read_tag(bool is_variable) {
    const std::string_view end = is_variable ? "}}" : "%}";
    const uint32_t opened_at = line_;
    while (place_ < source_.size()) {
      if (brackets_.empty() && read_tag_end(end, is_variable)) return;
      read_token();
    }
    brackets_.clear();
    static_cast<void>(opened_at);
  }

  bool read_tag_end(std::string_view end, bool is_variable) {
    const char sign = sign_at(place_);
    const bool has_sign = sign == '-' || (sign == '+' && !is_variable);
    if (!rest().substr(has_sign ? 1 : 0).starts_with(end)) return false;
    add(is_variable ? TokenType::kVariableEnd : TokenType::kBlockEnd);
    advance((has_sign ? 1 : 0) + end.size());
    if (is_variable && !has_sign) return true;
    end_tag(has_sign ? sign : '\0');
    return true;
  }

  void read_token() {
    const char c = source_[place_];
    const char* p = source_.data() + place_;
    const char32_t code = next_code_point(p);
    if (is_python_space(code)) return skip_space();
    if (is_digit(c)) return read_number();
    if (c == '\'' || c == '"') return read_string(c);
    if (c == '_' || (character_flags(code) & kIdentifierPart) != 0) return read_name();
    for (const std::string_view sign : kOperators) {
      if (at(sign)) return read_operator(sign);
    }
    fail_here(fmt::format("unexpected char '{}' at {}",
                          rest().substr(0, static_cast<size_t>(p - source_.data()) - place_),
                          count_code_points(std::string_view(source_).substr(0, place_))));
  }

  void read_operator(std::string_view sign) {
    constexpr std::string_view kOpening = "([{", kClosing = ")]}";
    if (kOpening.find(sign) != std::string_view::npos) brackets_ += kClosing[kOpening.find(sign)];
    if (kClosing.find(sign) != std::string_view::npos) {
      if (brackets_.empty()) fail_here(fmt::format("unexpected '{}'", sign));
      if (brackets_.back() != sign[0]) {
        fail_here(fmt::format("unexpected '{}', expected '{}'", sign, brackets_.back()));
      }
      brackets_.pop_back();
    }
    add(TokenType::kOperator, std::string(sign));
    advance(sign.size());
  }

  void read_name() {
    const char* const begin = source_.data() + place_;
    const char* p = begin;
    for (const char *next = p, *const end = source_.data() + source_.size(); next < end; p = next) {
      const char32_t code = next_code_point(next);
      if (code != '_' && (character_flags(code) & kIdentifierPart) == 0) break;
    }
    const char* first = begin;
    const char32_t code = next_code_point(first);
    if (code != '_' && (character_flags(code) & kIdentifierStart) == 0) fail_here("Invalid character in identifier");
    add(TokenType::kName, std::string(begin, p));
    advance(static_cast<size_t>(p - begin));
  }

  void read_string(char quote) {
    size_t end = place_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) {
      fail_here(fmt::format("unexpected char '{}' at {}", quote,
                            count_code_points(std::string_view(source_).substr(0, place_))));
    }
    std::string text;
    if (const char* problem = unescape(std::string_view(source_).substr(place_ + 1, end - place_ - 1), text)) {
      fail_here(problem);
    }
    add(TokenType::kString, std::move(text));
    advance(end + 1 - place_);
  }

  // Returns the length of digits with single underscores between them.
  size_t digits_length(size_t from, bool (*is_one)(char)) const {
    size_t i = from;
    while (i < source_.size() && (is_one(source_[i]) || (source_[i] == '_' && i > from && i + 1 < source_.size() &&
                                                         source_[i - 1] != '_' && is_one(source_[i + 1])))) {
      ++i;
    }
    return i - from;
  }

  // Returns the length of a number with a fraction or an exponent, or 0.
  size_t real_length() const {
    if (place_ > 0 && source_[place_ - 1] == '.') return 0;
    size_t length = digits_length(place_, is_digit);
    const size_t whole = length;
    if (place_ + length < source_.size() && source_[place_ + length] == '.') {
      const size_t fraction = digits_length(place_ + length + 1, is_digit);
      if (fraction > 0) length += 1 + fraction;
    }
    size_t e = place_ + length;
    if (e < source_.size() && (source_[e] == 'e' || source_[e] == 'E')) {
      if (++e < source_.size() && (source_[e] == '+' || source_[e] == '-')) ++e;
      const size_t exponent = digits_length(e, is_digit);
      if (exponent > 0) return e + exponent - place_;
    }
    return length > whole ? length : 0;
  }

  void read_number() {
    if (const size_t length = real_length()) return add_real(length);
    const char letter =
        place_ + 1 < source_.size() && source_[place_] == '0' ? static_cast<char>(source_[place_ + 1] | 0x20) : '\0';
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    if (base != 10) {
      const size_t skip = place_ + 2 < source_.size() && source_[place_ + 2] == '_' ? 3 : 2;
      const size_t length = digits_length(place_ + skip, digit_of(base));
      if (length > 0) return add_integer(skip, length, base);
    }
    // A number that begins with 0 has only zeros; other digits are the next number.
    const size_t length = digits_length(place_, source_[place_] == '0' ? [](char c) { return c == '0'; } : is_digit);
    add_integer(0, length, 10);
  }

  static bool (*digit_of(int base))(char) {
    if (base == 2) return [](char c) { return c == '0' || c == '1'; };
    if (base == 8) return [](char c) { return c >= '0' && c <= '7'; };
    return [](char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); };
  }

  std::string digits(size_t skip, size_t length) const {
    std::string text = source_.substr(place_ + skip, length);
    std::erase(text, '_');
    return text;
  }

  void add_integer(size_t skip, size_t length, int base) {
    const std::string text = digits(skip, length);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc()) fail_here(fmt::format("the number {} does not fit into 64 bits", text));
    add(TokenType::kInteger);
    tokens_.back().integer = value;
    advance(skip + length);
  }

  void add_real(size_t length) {
    const std::string text = digits(0, length);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) {
      value = text.find("e-") != std::string::npos || text.find("E-") != std::string::npos ? 0 : HUGE_VAL;
    }
    add(TokenType::kFloat);
    tokens_.back().real = value;
    advance(length);
  }

  std::string source_;
  const std::string& name_;
  size_t place_ = 0;
  uint32_t line_ = 1;
  bool is_line_start_ = true;  // the last thing that was read ended with a line end
  std::string brackets_;       // the closing brackets that are missing in the tag
  std::vector<Lexeme> tokens_;
};

}  // namespace

std::vector<Lexeme> tokenize(std::string_view source, const std::string& name) { return Lexer(source, name).tokens(); }

std::string describe(const Lexeme& token) {
  switch (token.type) {
    case TokenType::kData:
      return "template data / text";
    case TokenType::kVariableBegin:
      return "begin of print statement";
    case TokenType::kVariableEnd:
      return "end of print statement";
    case TokenType::kBlockBegin:
      return "begin of statement block";
    case TokenType::kBlockEnd:
      return "end of statement block";
    case TokenType::kString:
      return "string";
    case TokenType::kInteger:
      return "integer";
    case TokenType::kFloat:
      return "float";
    case TokenType::kEnd:
      return "end of template";
    default:
      return token.text;
  }
}

}  // namespace hone::text::jinja
