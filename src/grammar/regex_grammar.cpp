#include "grammar/regex_grammar.h"

#include <algorithm>
#include <optional>

#include "text/regex_reader.h"

namespace hone::grammar {

namespace {

constexpr int kMaxGroupDepth = 100;
constexpr uint32_t kMaxRepetitions = 100'000;

// Writes the escapes whose characters would be those of all scripts as ASCII classes.
std::string with_ascii_classes(std::string_view regex) {
  constexpr std::pair<char, std::string_view> kClasses[] = {{'d', "[0-9]"},
                                                            {'D', "[^0-9]"},
                                                            {'w', "[0-9A-Za-z_]"},
                                                            {'W', "[^0-9A-Za-z_]"},
                                                            {'s', "[ \\t\\n\\r\\f\\v]"},
                                                            {'S', "[^ \\t\\n\\r\\f\\v]"}};
  std::string result;
  for (size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] != '\\' || i + 1 == regex.size()) {
      result += regex[i];
      continue;
    }
    ++i;
    const auto found = std::ranges::find(kClasses, regex[i], [](const auto& row) { return row.first; });
    result += found != std::end(kClasses) ? std::string(found->second) : std::string{'\\', regex[i]};
  }
  return result;
}

class RegexParser : private text::RegexReader {
 public:
  RegexParser(std::string_view regex, const std::string& source, const RegexOptions& options)
      : RegexReader(regex, source), options_(options) {}

  Expr parse() {
    Expr whole = alternatives(0);
    item_ = position_;
    if (!is_at_end()) malformed("a closing parenthesis has no group");
    return whole;
  }

 private:
  Expr alternatives(int depth) {
    std::vector<Expr> all;
    do {
      all.push_back(items(depth));
    } while (take(U"|"));
    return choice(std::move(all));
  }

  // At the outermost level each alternative has borders of its own.
  Expr items(int depth) {
    std::vector<Expr> parts;
    const bool is_outermost = depth == 0;
    const bool has_begin = is_outermost && take(U"^");
    bool has_end = false;
    while (!is_at_end() && peek() != '|' && peek() != ')') {
      item_ = position_;
      if (is_outermost && is_last_dollar()) {
        ++position_;
        has_end = true;
        break;
      }
      parts.push_back(repetitions(atom(depth)));
    }
    if (is_outermost && options_.finds_a_part) {
      const Expr anything = repeated(options_.characters(all_characters()), 0);
      if (!has_begin) parts.insert(parts.begin(), anything);
      if (!has_end) parts.push_back(anything);
    }
    return parts.empty() ? text_of("") : sequence(std::move(parts));
  }

  bool is_last_dollar() const {
    return peek() == '$' && (position_ + 1 == codes_.size() || peek(1) == '|' || peek(1) == ')');
  }

  static text::CodePointSet all_characters() { return {{0, 0x10FFFF}}; }
  static text::CodePointSet all_but_line_end() { return text::complement_of({{'\n', '\n'}}); }

  Expr atom(int depth) {
    const char32_t c = next("the expression ends");
    switch (c) {
      case '\\':
        return escape();
      case '[':
        return options_.characters(read_class(0).set());
      case '(':
        return group(depth);
      case '.':
        return options_.characters(all_but_line_end());
      case '^':
      case '$':
        refuse("a border inside the expression");
      case '*':
      case '+':
      case '?':
        malformed("nothing stands before the repetition");
      default:
        return options_.characters({{c, c}});
    }
  }

  Expr escape() {
    const char32_t c = next("a backslash ends the expression");
    text::RegexClass characters;
    if (add_class_escape(c, characters)) return options_.characters(characters.set());
    if (const std::optional<char32_t> literal = read_literal_escape(c))
      return options_.characters({{*literal, *literal}});
    if (c == 'N') return options_.characters(all_but_line_end());
    if (c == 'O') return options_.characters(all_characters());
    refuse("an escape that is no set of characters");
  }

  Expr group(int depth) {
    if (depth == kMaxGroupDepth) refuse("its groups are nested too deeply");
    if (take(U"?:") || take(U"?>")) {
      // The same texts as without it: a grammar does not go back.
    } else if (peek() == '?') {
      refuse("lookaround, names or options of a group");
    }
    Expr inner = alternatives(depth + 1);
    if (!take(U")")) malformed("a group is not closed");
    return inner;
  }

  Expr repetitions(Expr part) {
    for (int depth = 0; !is_at_end(); ++depth) {
      if (depth == kMaxGroupDepth) refuse("it repeats repetitions too deeply");
      item_ = position_;
      if (take(U"*")) {
        part = repeated(std::move(part), 0);
      } else if (take(U"+")) {
        part = repeated(std::move(part), 1);
      } else if (take(U"?")) {
        part = repeated(std::move(part), 0, 1);
      } else if (peek() == '{') {
        const auto bounds = interval();
        if (!bounds) break;
        part = repeated(std::move(part), bounds->first, bounds->second);
      } else {
        break;
      }
      // Lazy repetitions allow the same texts. Possessive ones may allow fewer.
      if (!take(U"?") && peek() == '+') refuse("a possessive repetition");
    }
    return part;
  }

  std::optional<uint32_t> number() {
    if (!text::is_digit_of_syntax(peek())) return std::nullopt;
    uint32_t value = 0;
    while (text::is_digit_of_syntax(peek())) {
      value = value * 10 + static_cast<uint32_t>(codes_[position_++] - '0');
      if (value > kMaxRepetitions) refuse("so many repetitions");
    }
    return value;
  }

  // {n}, {n,}, {,m} or {n,m}; anything else is literal.
  std::optional<std::pair<uint32_t, uint32_t>> interval() {
    const size_t before = position_;
    take(U"{");
    const std::optional<uint32_t> low = number();
    const bool has_comma = take(U",");
    const std::optional<uint32_t> high = has_comma ? number() : low;
    if ((!low && !high) || !take(U"}")) {
      position_ = before;
      return std::nullopt;
    }
    if (high && low && *high < *low) refuse("the repetition {n,m} has n > m");
    return std::pair(low.value_or(0), high.value_or(kNoLimit));
  }

  const RegexOptions& options_;
};

}  // namespace

Expr regex_expression(std::string_view regex, const std::string& source, const RegexOptions& options) {
  const std::string written = with_ascii_classes(regex);
  return RegexParser(written, source, options).parse();
}

}  // namespace hone::grammar
