#include "data/clean_characters.h"

#include <nlohmann/json.hpp>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <vector>

#include "base/byte_scan.h"
#include "base/json.h"
#include "base/utf8.h"
#include "data/noise_characters.h"
#include "text/composition.h"
#include "text/normal_forms.h"
#include "text/normalizers.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

constexpr char32_t kAllCharacters = 0x110000;

// Returns the text with change(code) for its characters. `change` returns the new character, the same one, or
// kRemoved; it is called only for characters whose first byte passes the test (byte_scan.h).
constexpr char32_t kRemoved = kAllCharacters;
template <typename Test, typename Change>
std::optional<std::string> with_changed(std::string_view text, const Test& may_change, const Change& change) {
  std::string result;
  size_t copied = 0;
  bool any = false;
  for (size_t at = find_byte(text, 0, may_change); at < text.size();) {
    const char* p = text.data() + at;
    const char32_t code = next_code_point(p), changed = change(code);
    const auto end = static_cast<size_t>(p - text.data());
    if (changed != code) {
      if (!any) result.reserve(text.size());
      any = true;
      result.append(text.substr(copied, at - copied));
      if (changed != kRemoved) append_utf8(result, changed);
      copied = end;
    }
    at = find_byte(text, end, may_change);
  }
  if (!any) return std::nullopt;
  result.append(text.substr(copied));
  return result;
}

bool is_space(char32_t code) { return text::is_whitespace(code) || (code >= 0x1C && code <= 0x1F); }

void append_ascii_in_lower_case(std::string& to, std::string_view text) {
  const size_t begin = to.size();
  to.append(text);
  char* p = to.data() + begin;
  char* const end = to.data() + to.size();
  for (; end - p >= static_cast<ptrdiff_t>(sizeof(ByteLanes)); p += sizeof(ByteLanes)) {
    ByteLanes bytes;
    std::memcpy(&bytes, p, sizeof(bytes));
    bytes |= in_byte_range(bytes, 'A', 'Z') & static_cast<uint8_t>(0x20);
    std::memcpy(p, &bytes, sizeof(bytes));
  }
  for (; p < end; ++p) *p = static_cast<char>(*p >= 'A' && *p <= 'Z' ? *p | 0x20 : *p);
}

// Bytes with which white space begins, except the space. Some of them also begin other characters.
ByteLanes may_begin_other_space(ByteLanes bytes) {
  return in_byte_range(bytes, '\t', '\r') | in_byte_range(bytes, 0x1C, 0x1F) | equals_byte(bytes, 0xC2) |
         in_byte_range(bytes, 0xE1, 0xE3);
}

// Returns the end of the white space that begins at `at`.
size_t end_of_space(std::string_view text, size_t at) {
  while (at < text.size()) {
    const char* p = text.data() + at;
    if (!is_space(next_code_point(p))) break;
    at = static_cast<size_t>(p - text.data());
  }
  return at;
}

// Copies a text, and writes one space for white space between words.
class SpaceCollapser {
 public:
  explicit SpaceCollapser(std::string_view text) : text_(text) {}

  // `at`: where there may be white space that is no single space, in ascending order.
  void visit(size_t at) {
    if (at < copied_) return;
    const size_t end = end_of_space(text_, at);
    if (end == at) return;
    size_t begin = at;
    while (begin > copied_ && text_[begin - 1] == ' ') --begin;
    result_.append(text_.substr(copied_, begin - copied_));
    if (!result_.empty() && end < text_.size()) result_ += ' ';
    copied_ = end;
    is_changed_ = true;
  }

  std::optional<std::string> finish() {
    size_t end = text_.size();
    if (end > copied_ && text_[end - 1] == ' ') --end;
    if (!is_changed_ && end == text_.size()) return std::nullopt;
    result_.append(text_.substr(copied_, end - copied_));
    return std::move(result_);
  }

 private:
  std::string_view text_;
  std::string result_;
  size_t copied_ = 0;  // bytes of the text that are in the result, or left out of it
  bool is_changed_ = false;
};

size_t length_by_first_byte(uint8_t byte) { return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4; }

// Says of each character whether a normal form never changes it, nor joins it with one before it, nor moves it.
class StableCharacters {
 public:
  explicit StableCharacters(const std::string& form) : is_stable_(kSize) {
    const text::CompositionTable& table = text::CompositionTable::get();
    const bool composes = form == "NFC" || form == "NFKC", is_compatible = form == "NFKC" || form == "NFKD";
    for (char32_t code = 0; code < kSize; ++code) {
      const text::CompositionTraits& traits = table.of(code);
      const bool is_syllable = code >= text::kHangulSyllables.first && code <= text::kHangulSyllables.last;
      const bool is_stable = composes ? table.is_stable(code) : !traits.decomposes && !is_syllable;
      is_stable_[code] =
          is_stable && traits.combining_class == 0 && !(is_compatible && text::has_compatibility_decomposition(code));
    }
  }
  // Characters beyond the Basic Multilingual Plane are not looked up.
  bool operator()(char32_t code) const { return code < kSize && is_stable_[code] != 0; }

 private:
  static constexpr size_t kSize = 0x10000;
  std::vector<uint8_t> is_stable_;
};

// Normalizes the parts of a text around characters that are not stable.
class UnicodeFormRule {
 public:
  explicit UnicodeFormRule(const std::string& form)
      : stable_(std::make_shared<const StableCharacters>(form)),
        normalize_(text::make_normalizer({{"type", form}}, "--unicode-form")) {}

  std::optional<std::string> operator()(std::string_view text) const {
    std::string result;
    size_t copied = 0, before = 0;  // `before`: where the character before `at` begins
    for (size_t at = 0; at < text.size();) {
      if (static_cast<unsigned char>(text[at]) < 0x80) {
        at = find_byte(text, at, is_beyond_ascii);
        before = at == 0 ? 0 : at - 1;
        continue;
      }
      const size_t end = end_of_character(text, at);
      if (is_stable(text, at)) {
        before = at;
        at = end;
        continue;
      }
      const size_t unstable_end = end_of_unstable(text, end);
      result.append(text.substr(copied, before - copied));
      append_normalized(result, text.substr(before, unstable_end - before));
      copied = before = at = unstable_end;
    }
    if (copied == 0) return std::nullopt;
    result.append(text.substr(copied));
    return result;
  }

 private:
  bool is_stable(std::string_view text, size_t at) const {
    const char* p = text.data() + at;
    return (*stable_)(next_code_point(p));
  }

  static size_t end_of_character(std::string_view text, size_t at) {
    return at + length_by_first_byte(static_cast<uint8_t>(text[at]));
  }

  // Returns the position of the first stable character from `at` on.
  size_t end_of_unstable(std::string_view text, size_t at) const {
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80 && !is_stable(text, at)) {
      at = end_of_character(text, at);
    }
    return at;
  }

  void append_normalized(std::string& to, std::string_view text) const {
    text::NormalizedText characters = text::to_normalized_text(text);
    normalize_(characters);
    to += text::to_utf8(characters);
  }

  std::shared_ptr<const StableCharacters> stable_;
  text::Normalizer normalize_;
};

}  // namespace

std::optional<std::string> in_half_width(std::string_view text) {
  const auto may_change = [](ByteLanes bytes) { return equals_byte(bytes, 0xE3) | equals_byte(bytes, 0xEF); };
  return with_changed(text, may_change, [](char32_t code) {
    if (code >= 0xFF01 && code <= 0xFF5E) return static_cast<char32_t>(code - 0xFEE0);
    return code == 0x3000 ? U' ' : code;
  });
}

std::optional<std::string> without_control(std::string_view text) {
  const auto may_change = [](ByteLanes bytes) {
    return in_byte_range(bytes, 0, '\t' - 1) | in_byte_range(bytes, '\r' + 1, 0x1F) | equals_byte(bytes, 0x7F) |
           equals_byte(bytes, 0xC2);
  };
  return with_changed(text, may_change, [](char32_t code) { return is_control(code) ? kRemoved : code; });
}

std::optional<std::string> without_invisible(std::string_view text) {
  const auto may_change = [](ByteLanes bytes) {
    return equals_byte(bytes, 0xC2) | equals_byte(bytes, 0xE2) | equals_byte(bytes, 0xEF);
  };
  return with_changed(text, may_change, [](char32_t code) { return is_invisible(code) ? kRemoved : code; });
}

std::optional<std::string> in_lower_case(std::string_view text) {
  constexpr char32_t kFirstCaseless = 0x2E80, kLastCaseless = 0xA63F;  // Chinese, Japanese, Yi
  std::string result;
  result.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t end = find_byte(text, at, is_beyond_ascii);
    append_ascii_in_lower_case(result, text.substr(at, end - at));
    const char* p = text.data() + end;
    while (p < text.data() + text.size() && static_cast<unsigned char>(*p) >= 0x80) {
      const char* const begin = p;
      const char32_t code = next_code_point(p);
      if (code >= kFirstCaseless && code <= kLastCaseless) {
        result.append(begin, p);
      } else {
        for (const char32_t lower : text::to_lowercase(code)) append_utf8(result, lower);
      }
    }
    at = static_cast<size_t>(p - text.data());
  }
  return result;
}

std::optional<std::string> with_single_spaces(std::string_view text) {
  SpaceCollapser collapser(text);
  uint64_t after_space = 1;  // also at the beginning
  for (size_t block = 0; block < text.size(); block += kPassingBytes) {
    const uint64_t spaces = passing_bytes(text, block, [](ByteLanes bytes) { return equals_byte(bytes, ' '); });
    const uint64_t others = passing_bytes(text, block, may_begin_other_space);
    for (uint64_t places = others | (spaces & (spaces << 1 | after_space)); places != 0; places &= places - 1) {
      collapser.visit(block + static_cast<size_t>(std::countr_zero(places)));
    }
    after_space = spaces >> 63;
  }
  return collapser.finish();
}

std::function<std::optional<std::string>(std::string_view)> unicode_form_rule(const std::string& form) {
  if (form != "NFC") return UnicodeFormRule(form);
  return [](std::string_view text) -> std::optional<std::string> {
    if (is_all_ascii(text) || text::is_surely_nfc(text)) return std::nullopt;
    return text::nfc(text);
  };
}

}  // namespace hone::data
