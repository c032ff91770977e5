// Makes one pass over the code points. A word ends at the first code point that does not belong to it.
#include "serve/words.h"

#include "base/utf8.h"
#include "text/unicode.h"

namespace hone::serve {

namespace {

enum class Kind {
  kSpace,      // white space, control characters and punctuation: between words
  kLetter,     // letters and digits: adjacent ones form a word
  kIdeograph,  // each is a word
  kSign,       // emoji and symbols: each is a word
  kMark,       // belongs to the character before it
  kJoiner,     // ZERO WIDTH JOINER: joins the characters around it
};

constexpr char32_t kZeroWidthJoiner = 0x200D;

bool is_hiragana(char32_t code) { return code >= 0x3041 && code <= 0x309F; }

// Variation selectors, skin tones, the keycap's frame and tags.
bool modifies_sign(char32_t code) {
  return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0x1F3FB && code <= 0x1F3FF) || code == 0x20E3 ||
         (code >= 0xE0020 && code <= 0xE007F);
}

Kind kind_of(char32_t code) {
  if (code == kZeroWidthJoiner) return Kind::kJoiner;
  if (modifies_sign(code) || text::is_combining_mark(code)) return Kind::kMark;
  if (text::is_chinese(code) || is_hiragana(code)) return Kind::kIdeograph;
  if (text::is_word_character(code) && code != '_') return Kind::kLetter;
  if (text::is_whitespace(code) || text::is_control(code) || text::is_punctuation(code)) return Kind::kSpace;
  return code < 0x20 || code == 0xFFFD ? Kind::kSpace : Kind::kSign;
}

bool is_digit(char32_t code) { return code >= '0' && code <= '9'; }

// UAX #29's MidLetter and MidNum as far as Western texts use them: "don't", "3.5", "1,000".
bool joins(char32_t before, char32_t sign, char32_t after) {
  if (sign == '.' || sign == ',') return is_digit(before) && is_digit(after);
  return sign == '\'' || sign == 0x2019;
}

bool is_regional_indicator(char32_t code) { return code >= 0x1F1E6 && code <= 0x1F1FF; }

class WordFinder {
 public:
  explicit WordFinder(std::string_view text) : text_(text) {}

  std::vector<text::Offset> run() {
    for (const char* p = text_.data(); p < text_.data() + text_.size();) {
      const auto begin = static_cast<uint32_t>(p - text_.data());
      const char32_t code = next_code_point(p);
      take(code, {begin, static_cast<uint32_t>(p - text_.data())});
      before_last_ = last_;
      last_ = code;
      last_begin_ = begin;
    }
    return std::move(words_);
  }

 private:
  void take(char32_t code, text::Offset place) {
    const Kind kind = kind_of(code);
    if (!words_.empty() && continues(code, kind, place.begin)) {
      words_.back().end = place.end;
    } else if (kind == Kind::kLetter || kind == Kind::kIdeograph || kind == Kind::kSign) {
      words_.push_back(place);
      word_kind_ = kind;
    }
  }

  // Whether the character, which begins here, belongs to the last word.
  bool continues(char32_t code, Kind kind, uint32_t begin) const {
    if (words_.back().end == begin) {
      if (kind == Kind::kMark || kind == Kind::kJoiner) return true;
      if (last_ == kZeroWidthJoiner) return kind != Kind::kSpace;
      if (is_regional_indicator(code)) return is_regional_indicator(last_) && words_.back().begin == last_begin_;
      return kind == Kind::kLetter && word_kind_ == Kind::kLetter;
    }
    const bool one_between = words_.back().end == last_begin_;
    return one_between && kind == Kind::kLetter && word_kind_ == Kind::kLetter && joins(before_last_, last_, code);
  }

  std::string_view text_;
  std::vector<text::Offset> words_;
  Kind word_kind_ = Kind::kSpace;  // of the last word
  char32_t last_ = 0, before_last_ = 0;
  uint32_t last_begin_ = 0;
};

// Returns the beginning of the white space that ends at `end`.
size_t space_before(std::string_view text, size_t end) {
  while (end > 0) {
    size_t begin = end - 1;
    while (begin > 0 && is_continuation(text[begin])) --begin;
    const char* p = text.data() + begin;
    if (!text::is_whitespace(next_code_point(p))) return end;
    end = begin;
  }
  return end;
}

size_t space_after(std::string_view text, size_t begin) {
  while (begin < text.size()) {
    const char* p = text.data() + begin;
    if (!text::is_whitespace(next_code_point(p))) return begin;
    begin = static_cast<size_t>(p - text.data());
  }
  return begin;
}

}  // namespace

std::vector<text::Offset> find_words(std::string_view text) { return WordFinder(text).run(); }

text::Offset with_space(std::string_view text, text::Offset part) {
  const size_t begin = space_before(text, part.begin);
  const size_t end = begin == 0 ? space_after(text, part.end) : part.end;
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

std::string without(std::string_view text, text::Offset part) {
  const text::Offset removed = with_space(text, part);
  return std::string(text.substr(0, removed.begin)) + std::string(text.substr(removed.end));
}

}  // namespace hone::serve
