// Reads the characters, escapes and classes of an expression in Oniguruma's syntax; regex_syntax.cpp reads the rest. An
// error names the character at which the current item begins.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "text/regex_class.h"

namespace hone::text {

constexpr bool is_letter_of_syntax(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit_of_syntax(char32_t c) { return c >= '0' && c <= '9'; }

// Returns true for a character that folds to several if case is ignored, such as sharp s (CaseFolding.txt of Unicode,
// status F). Oniguruma, but not PCRE2, lets them match each other.
bool has_long_folding(char32_t c);

class RegexReader {
 public:
  // `source` is the place of the expression in errors, and outlives the reader.
  RegexReader(std::string_view expression, const std::string& source);

 protected:
  // Throws for syntax that is not translated.
  [[noreturn]] void refuse(std::string_view what) const;
  [[noreturn]] void malformed(std::string_view what) const;

  bool is_at_end() const { return position_ >= codes_.size(); }
  // Returns 0 behind the end.
  char32_t peek(size_t ahead = 0) const { return position_ + ahead < codes_.size() ? codes_[position_ + ahead] : 0; }
  // Skips a character. `missing` is the error at the end.
  char32_t next(std::string_view missing);
  // Skips `text` if it comes next.
  bool take(std::u32string_view text);

  // Returns the one character of the escape that begins with `c`, or nullopt if it is no such escape.
  std::optional<char32_t> read_literal_escape(char32_t c);
  // Adds the characters of \d, \s, \p{...} and so on. Returns false for another escape.
  bool add_class_escape(char32_t c, RegexClass& characters);
  // Reads the class whose opening bracket was read; `depth` classes are around it.
  RegexClass read_class(int depth);

  std::vector<char32_t> codes_;
  size_t position_ = 0, item_ = 0;  // the next character, and the first one of what is being read
  bool ignores_case_ = false;

 private:
  [[noreturn]] void fail(ErrorKind kind, std::string_view what, const std::string& hint) const;
  char32_t checked_code(uint32_t code, uint32_t highest) const;
  char32_t read_code(int num_digits, uint32_t highest);
  char32_t read_braced_code();
  void add_property(RegexClass& part);
  void add_named(const std::string& name, RegexClass& part) const;
  void add_posix(RegexClass& characters);
  void read_class_item(int depth, RegexClass& current);
  char32_t required_literal(char32_t escaped);
  void add_range(char32_t first, RegexClass& current);
  void check_range_without_case(char32_t first, char32_t last) const;

  std::string_view expression_;
  const std::string& source_;
  int num_open_classes_ = 0;
};

}  // namespace hone::text
