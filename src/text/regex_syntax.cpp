// Reads an expression once, from left to right. `Translator` writes what it reads; only quantifiers look back, at the
// begin of the last atom.
#include "text/regex_syntax.h"

#include <algorithm>
#include <optional>

#include "base/utf8.h"
#include "text/character_kind.h"
#include "text/regex_class.h"
#include "text/regex_reader.h"

namespace hone::text {

namespace {

constexpr size_t kMaxGroupDepth = 100;

bool is_long_folding_of_ascii(char32_t a, char32_t b) {
  a |= 0x20;
  b |= 0x20;
  return (a == 's' && (b == 's' || b == 't')) || (a == 'f' && (b == 'f' || b == 'i' || b == 'l'));
}

class Translator : private RegexReader {
 public:
  using RegexReader::RegexReader;

  RegexTranslation translate() {
    while (position_ < codes_.size()) read_item();
    item_ = position_;
    if (groups_.size() > 1) malformed("a group is not closed");
    return std::move(result_);
  }

 private:
  struct Group {
    size_t begin;          // in the pattern
    bool ignores_case;     // after the group
    bool is_empty = true;  // nothing of it was read yet
    bool is_lookaround = false;
  };

  void emit(std::string_view text) {
    result_.pattern += text;
    result_.characters.resize(result_.pattern.size(), static_cast<uint32_t>(item_));
  }

  void begin_atom() {
    atom_ = result_.pattern.size();
    last_literal_ = 0;
    groups_.back().is_empty = false;
  }
  void end_of_atoms() {
    atom_ = std::string::npos;
    last_literal_ = 0;
  }

  void emit_literal(char32_t c) {
    if (ignores_case_) check_literal_without_case(c);
    begin_atom();
    last_literal_ = c;
    if (is_letter_of_syntax(c) || is_digit_of_syntax(c)) {
      emit(std::string(1, static_cast<char>(c)));
    } else {
      emit(fmt::format("\\x{{{:x}}}", static_cast<uint32_t>(c)));
    }
  }

  void check_literal_without_case(char32_t c) const {
    if (has_long_folding(c)) refuse("it ignores the case of a character that folds to several");
    if (last_literal_ == 0) return;
    const bool are_ascii = c < 0x80 && last_literal_ < 0x80;
    const bool are_plain = CharacterKinds::get().of(c) != CharacterKind::kMark && c < 0x370 && last_literal_ < 0x370 &&
                           c != 0x2BC && c != 0x2BE && last_literal_ != 0x2BC;
    if ((are_ascii && is_long_folding_of_ascii(last_literal_, c)) || !are_plain) {
      refuse("it ignores the case of characters that fold together");
    }
  }

  void emit_class(const RegexClass& characters) {
    begin_atom();
    emit(characters.to_pcre2());
  }

  void read_item() {
    item_ = position_;
    const char32_t c = codes_[position_++];
    switch (c) {
      case '\\':
        return read_escape();
      case '[':
        return emit_class(read_class(0));
      case '(':
        return open_group();
      case ')':
        return close_group();
      case '|':
        emit("|");
        groups_.back().is_empty = false;
        return end_of_atoms();
      case '.':
        begin_atom();
        return emit(matches_line_ends_ ? "(?s:.)" : "[^\\n]");
      case '^':
        begin_atom();
        return emit("(?m:^)");
      case '$':
        begin_atom();
        return emit("(?m:$)");
      case '*':
      case '+':
      case '?':
        return read_quantifier(static_cast<char>(c));
      case '{':
        return read_interval();
      default:
        return emit_literal(c);
    }
  }

  void check_target() const {
    if (atom_ == std::string::npos) malformed("nothing stands before the repetition");
  }

  // Makes a group of the last atom, so that it can be repeated again.
  void wrap_atom() {
    result_.pattern.insert(atom_, "(?:");
    const uint32_t character = result_.characters[atom_];
    result_.characters.insert(result_.characters.begin() + static_cast<std::ptrdiff_t>(atom_), 3, character);
    emit(")");
    is_repeated_ = false;
  }

  void read_quantifier(char quantifier) {
    check_target();
    if (is_repeated_at() == atom_) wrap_atom();
    emit(std::string(1, quantifier));
    if (peek() == '?' || peek() == '+') emit(std::string(1, static_cast<char>(codes_[position_++])));
    mark_repeated();
  }

  // {n}, {n,}, {,m} or {n,m}; anything else is literal.
  void read_interval() {
    const size_t before = position_;
    const auto number = [&]() -> std::optional<uint32_t> {
      if (!is_digit_of_syntax(peek())) return std::nullopt;
      uint32_t value = 0;
      while (is_digit_of_syntax(peek()) && value < 100'000)
        value = value * 10 + static_cast<uint32_t>(codes_[position_++] - '0');
      return value;
    };
    const std::optional<uint32_t> low = number();
    const bool has_comma = take(U",");
    const std::optional<uint32_t> high = has_comma ? number() : low;
    if ((!low && !high) || !take(U"}")) {
      position_ = before;
      return emit_literal('{');
    }
    check_target();
    if (high && low && *high < *low) refuse("the repetition {n,m} has n > m");
    if (!has_comma && peek() == '?') refuse("{n}? repeats a repetition");
    if (is_repeated_at() == atom_) wrap_atom();
    emit(fmt::format("{{{}", low.value_or(0)) + (has_comma ? "," : "") +
         (has_comma && high ? fmt::format("{}", *high) : "") + "}");
    if (has_comma && take(U"?")) emit("?");
    mark_repeated();
  }

  // The begin of the last atom that has a quantifier.
  size_t is_repeated_at() const { return is_repeated_ ? repeated_atom_ : std::string::npos; }
  void mark_repeated() {
    is_repeated_ = true;
    repeated_atom_ = atom_;
    last_literal_ = 0;
  }

  void open_group() {
    if (groups_.size() > kMaxGroupDepth) refuse("its groups are nested too deeply");
    if (take(U"?#")) {
      while (next("a comment is not closed") != ')') {
      }
      return;
    }
    Group group{result_.pattern.size(), ignores_case_};
    const bool was_matching_line_ends = matches_line_ends_;
    groups_.back().is_empty = groups_.back().is_empty && peek() == '?' && is_option(peek(1));
    if (!take(U"?")) {
      ++num_plain_groups_;
      emit("(");
    } else if (take(U"=") || take(U"!")) {
      group.is_lookaround = true;
      emit(codes_[position_ - 1] == '=' ? "(?=" : "(?!");
    } else if (take(U"<=") || take(U"<!")) {
      group.is_lookaround = true;
      emit(codes_[position_ - 1] == '=' ? "(?<=" : "(?<!");
    } else if (take(U">")) {
      emit("(?>");
    } else if (take(U"<")) {
      read_group_name();
    } else {
      if (!read_options()) return;  // of the rest of the group
      emit("(?:");
    }
    line_end_states_.push_back(was_matching_line_ends);
    groups_.push_back(group);
    if (ignores_case_ && !group.ignores_case) emit("(?i)");
    if (!ignores_case_ && group.ignores_case) emit("(?-i)");
    end_of_atoms();
  }

  static bool is_option(char32_t c) { return c == 'i' || c == 'm' || c == '-'; }

  void read_group_name() {
    has_named_groups_ = true;
    std::string name;
    for (char32_t c = next("a group's name is not closed"); c != '>'; c = next("a group's name is not closed")) {
      if (!is_letter_of_syntax(c) && !is_digit_of_syntax(c) && c != '_')
        refuse("a group's name has other than ASCII letters");
      name += static_cast<char>(c);
    }
    emit(fmt::format("(?<{}>", name));
  }

  // Reads options such as i or m-i. Returns true if they are those of a group (after a colon).
  bool read_options() {
    bool value = true, ignores_case = ignores_case_, matches_line_ends = matches_line_ends_;
    while (true) {
      const char32_t c = next("a group is not closed");
      if (c == 'i') {
        ignores_case = value;
      } else if (c == 'm') {
        matches_line_ends = value;
      } else if (c == '-' && value) {
        value = false;
      } else if (c == ':') {
        ignores_case_ = ignores_case;
        matches_line_ends_ = matches_line_ends;
        return true;
      } else if (c == ')') {
        break;
      } else {
        refuse("unknown option of a group");
      }
    }
    // In Oniguruma the options hold for the rest of the group with all its alternatives.
    if (!groups_.back().is_empty) refuse("options of the rest of a group must stand at its begin");
    if (ignores_case != ignores_case_) emit(ignores_case ? "(?i)" : "(?-i)");
    ignores_case_ = ignores_case;
    matches_line_ends_ = matches_line_ends;
    end_of_atoms();
    return false;
  }

  void close_group() {
    if (groups_.size() == 1) malformed("a closing parenthesis has no group");
    emit(")");
    const Group group = groups_.back();
    groups_.pop_back();
    ignores_case_ = group.ignores_case;
    matches_line_ends_ = line_end_states_.back();
    line_end_states_.pop_back();
    begin_atom();
    atom_ = group.begin;
    groups_.back().is_empty = false;
    if (group.is_lookaround && (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{')) {
      refuse("it repeats a lookaround");
    }
  }

  void read_escape() {
    const char32_t c = next("a backslash ends the expression");
    RegexClass characters;
    if (add_class_escape(c, characters)) return emit_class(characters);
    if (const std::optional<char32_t> literal = read_literal_escape(c)) return emit_literal(*literal);
    begin_atom();
    switch (c) {
      case 'b':
      case 'B':
        return emit_word_border(c == 'b');
      case 'A':
        return emit("\\A");
      case 'Z':
        return emit("\\Z");
      case 'z':
        return emit("\\z");
      case 'R':
        return emit("\\R");
      case 'K':
        return emit("\\K");
      case 'N':
        return emit("[^\\n]");
      case 'O':
        return emit("(?s:.)");
      case 'k':
        return read_named_reference();
      default:
        if (c >= '1' && c <= '9' && !is_digit_of_syntax(peek())) return emit_reference(c);
        refuse("an escape that hone does not know");
    }
  }

  void emit_word_border(bool is_border) {
    RegexClass word;
    add_class_escape('w', word);
    const std::string w = word.to_pcre2();
    emit(is_border ? fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", w)
                   : fmt::format("(?:(?<={0})(?={0})|(?<!{0})(?!{0}))", w));
  }

  void emit_reference(char32_t digit) {
    if (has_named_groups_ || ignores_case_) refuse("a reference to a group by number");
    if (static_cast<int>(digit - '0') > num_plain_groups_) malformed("a reference to a group that does not exist");
    emit(fmt::format("\\g{{{}}}", static_cast<char>(digit)));
  }

  void read_named_reference() {
    if (!take(U"<") || ignores_case_) refuse("a reference to a group");
    std::string name;
    for (char32_t c = next("a reference is not closed"); c != '>'; c = next("a reference is not closed")) {
      if (!is_letter_of_syntax(c) && c != '_' && !(is_digit_of_syntax(c) && !name.empty()))
        refuse("a reference to a group");
      name += static_cast<char>(c);
    }
    emit(fmt::format("\\k<{}>", name));
  }

  RegexTranslation result_;
  std::vector<Group> groups_{Group{0, false}};  // the first is the whole expression
  std::vector<bool> line_end_states_;
  bool matches_line_ends_ = false;
  bool has_named_groups_ = false, is_repeated_ = false;
  int num_plain_groups_ = 0;
  size_t atom_ = std::string::npos, repeated_atom_ = 0;  // begins in the pattern
  char32_t last_literal_ = 0;                            // 0 if no literal stands before
};

}  // namespace

RegexTranslation translate_regex(std::string_view expression, const std::string& source) {
  return Translator(expression, source).translate();
}

}  // namespace hone::text
