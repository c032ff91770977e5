#include "text/regex_reader.h"

#include <algorithm>

#include "base/utf8.h"

namespace hone::text {

namespace {

constexpr size_t kMaxCharacters = 20'000;
constexpr int kMaxClassDepth = 20;

int hex_value(char32_t c) {
  if (is_digit_of_syntax(c)) return static_cast<int>(c - '0');
  const char32_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? static_cast<int>(lower - 'a' + 10) : -1;
}

std::string to_utf8_text(char32_t c) {
  std::string text;
  append_utf8(text, c);
  return text;
}

// Keeps a plain class as it is, so that its properties stay properties.
void add_part(RegexClass& part, bool is_negated, RegexClass& characters) {
  if (is_negated) part.negate();
  characters.add_class(part);
}

void merge_intersection(RegexClass& result, RegexClass& current, bool& has_intersection) {
  if (has_intersection) {
    result.intersect(current);
  } else {
    result = current;
  }
  has_intersection = true;
  current = {};
}

// Returns the characters of \w. In a class Oniguruma has not the superscripts and fractions of Latin-1, whatever the
// class is written as.
CodePointSet word_characters(bool is_in_class) {
  const CodePointSet word = *find_property("word");
  if (!is_in_class) return word;
  return intersection_of(word, complement_of({{0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}}));
}

}  // namespace

bool has_long_folding(char32_t c) {
  return c == 0xDF || c == 0x130 || c == 0x149 || c == 0x1F0 || c == 0x390 || c == 0x3B0 || c == 0x587 ||
         (c >= 0x1E96 && c <= 0x1E9E) || (c >= 0x1F50 && c <= 0x1FFC) || (c >= 0xFB00 && c <= 0xFB17);
}

RegexReader::RegexReader(std::string_view expression, const std::string& source)
    : expression_(expression), source_(source) {
  for (const char *p = expression.data(), *const end = p + expression.size(); p < end;) {
    codes_.push_back(next_code_point(p));
  }
  if (codes_.size() > kMaxCharacters) refuse(fmt::format("it has more than {} characters", kMaxCharacters));
}

void RegexReader::fail(ErrorKind kind, std::string_view what, const std::string& hint) const {
  throw Error(kind,
              fmt::format("{}: regular expression \"{}\", character {}: {}", source_, expression_, item_ + 1, what),
              hint);
}
void RegexReader::refuse(std::string_view what) const {
  fail(ErrorKind::kUnsupported, what, "hone does not translate this from Oniguruma's syntax; write it in another way");
}
void RegexReader::malformed(std::string_view what) const {
  fail(ErrorKind::kInput, what, "write the expression in another way");
}

char32_t RegexReader::next(std::string_view missing) {
  if (is_at_end()) malformed(missing);
  return codes_[position_++];
}
bool RegexReader::take(std::u32string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (position_ + i >= codes_.size() || codes_[position_ + i] != text[i]) return false;
  }
  position_ += text.size();
  return true;
}

// Returns the character that an escape stands for, or nullopt if the escape stands for a class.
std::optional<char32_t> RegexReader::read_literal_escape(char32_t c) {
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case 'a':
      return '\a';
    case 'e':
      return 0x1B;
    case '0':
      if (is_digit_of_syntax(peek())) refuse("an octal escape");
      return 0;
    case 'x':
      return peek() == '{' ? read_braced_code() : read_code(2, 0x7F);
    case 'u':
      return read_code(4, 0x10FFFF);
    default:
      if (is_letter_of_syntax(c) || is_digit_of_syntax(c)) return std::nullopt;
      return c;
  }
}

char32_t RegexReader::checked_code(uint32_t code, uint32_t highest) const {
  if (code > highest || (code >= 0xD800 && code <= 0xDFFF)) malformed("the escape names no character");
  return code;
}

char32_t RegexReader::read_code(int num_digits, uint32_t highest) {
  uint32_t code = 0;
  for (int i = 0; i < num_digits; ++i) {
    const int digit = hex_value(peek());
    if (digit < 0) refuse("an escape with fewer hexadecimal digits");
    code = code * 16 + static_cast<uint32_t>(digit);
    ++position_;
  }
  return checked_code(code, highest);
}

char32_t RegexReader::read_braced_code() {
  ++position_;
  uint32_t code = 0;
  int num_digits = 0;
  for (; hex_value(peek()) >= 0 && num_digits < 8; ++num_digits) {
    code = code * 16 + static_cast<uint32_t>(hex_value(codes_[position_++]));
  }
  if (num_digits == 0 || !take(U"}")) refuse("an escape of several characters");
  return checked_code(code, 0x10FFFF);
}

// Adds the characters of \d, \s, \p{...} and so on. Returns false for another escape.
bool RegexReader::add_class_escape(char32_t c, RegexClass& characters) {
  const char32_t lower = c | 0x20;
  RegexClass part;
  switch (is_letter_of_syntax(c) ? lower : 0) {
    case 'd':
      part.add_categories({"Nd"}, *find_property("Nd"));
      break;
    case 's':
      part.add(*find_property("whitespace"));
      break;
    case 'w':
      part.add_categories({"L", "M", "Nd", "Pc"}, word_characters(num_open_classes_ > 0));
      break;
    case 'h':
      part.add(*find_property("xdigit"));
      break;
    case 'p':
      add_property(part);
      break;
    default:
      return false;
  }
  const bool is_capital = c != lower;
  if (ignores_case_ && (lower == 'w' || lower == 'h')) refuse("it ignores the case of a class of letters");
  add_part(part, is_capital, characters);
  return true;
}

void RegexReader::add_property(RegexClass& part) {
  std::string name;
  bool is_negated = false;
  if (!take(U"{")) refuse("\\p without braces");
  if (take(U"^")) is_negated = true;
  for (char32_t c = next("a property is not closed"); c != '}'; c = next("a property is not closed")) {
    name += to_utf8_text(c);
  }
  add_named(name, part);
  if (is_negated) part.negate();
}

void RegexReader::add_named(const std::string& name, RegexClass& part) const {
  const std::optional<CodePointSet> set = find_property(name);
  if (!set) refuse(fmt::format("the property \"{}\"", name));
  const bool has_letters = !intersection_of(*set, *find_property("LC")).empty();
  if (ignores_case_ && has_letters) refuse("it ignores the case of a class of letters");
  const bool is_category = name.size() <= 2 && name[0] >= 'A' && name[0] <= 'Z' && name != "LC";
  if (name == "word" || name == "Word") {
    part.add(word_characters(num_open_classes_ > 0));
  } else if (is_category) {
    part.add_categories({name}, *set);
  } else {
    part.add(*set);
  }
}

void RegexReader::add_posix(RegexClass& characters) {
  const bool is_negated = take(U"^");
  std::string name;
  while (!take(U":]")) name += to_utf8_text(next("a POSIX bracket is not closed"));
  constexpr std::string_view kNames[] = {"alpha", "digit", "lower", "upper", "space", "xdigit", "word", "cntrl"};
  if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) {
    refuse(fmt::format("the POSIX bracket [:{}:]", name));
  }
  RegexClass part;
  add_named(name, part);
  add_part(part, is_negated, characters);
}

// Reads the class whose opening bracket was read.
RegexClass RegexReader::read_class(int depth) {
  if (depth > kMaxClassDepth) refuse("its classes are nested too deeply");
  ++num_open_classes_;
  const bool is_negated = take(U"^");
  RegexClass result, current;
  bool has_intersection = false;
  for (bool is_first = true;; is_first = false) {
    if (is_at_end()) malformed("a class is not closed");
    if (!is_first && take(U"]")) break;
    if (take(U"&&")) {
      merge_intersection(result, current, has_intersection);
      is_first = false;
      continue;
    }
    read_class_item(depth, current);
  }
  merge_intersection(result, current, has_intersection);
  if (is_negated) result.negate();
  --num_open_classes_;
  return result;
}

void RegexReader::read_class_item(int depth, RegexClass& current) {
  item_ = position_;
  char32_t c = codes_[position_++];
  if (c == '[' && take(U":")) return add_posix(current);
  if (c == '[') {
    current.add_class(read_class(depth + 1));
    return;
  }
  if (c == '\\') {
    const char32_t escaped = next("a backslash ends the expression");
    if (add_class_escape(escaped, current)) {
      if (peek() == '-' && peek(1) != ']') refuse("a range that begins with a class");
      return;
    }
    c = escaped == 'b' ? '\b' : required_literal(escaped);
  }
  add_range(c, current);
}

char32_t RegexReader::required_literal(char32_t escaped) {
  const std::optional<char32_t> literal = read_literal_escape(escaped);
  if (!literal) refuse(fmt::format("the escape \\{} in a class", to_utf8_text(escaped)));
  return *literal;
}

// Adds the character, or the range that begins with it.
void RegexReader::add_range(char32_t first, RegexClass& current) {
  char32_t last = first;
  const bool is_range = peek() == '-' && position_ + 1 < codes_.size() && peek(1) != ']';
  if (is_range) {
    ++position_;
    last = codes_[position_++];
    if (last == '[') refuse("a range that ends with a class");
    if (last == '\\') last = required_literal(next("a backslash ends the expression"));
  }
  if (last < first) malformed("a range ends before it begins");
  if (ignores_case_) check_range_without_case(first, last);
  current.add(first, last);
}

void RegexReader::check_range_without_case(char32_t first, char32_t last) const {
  for (char32_t c = first; c <= last; ++c) {
    if (has_long_folding(c)) refuse("it ignores the case of a character that folds to several");
  }
}

}  // namespace hone::text
