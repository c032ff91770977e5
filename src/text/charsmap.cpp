// The double array is that of darts-clone: a unit has a label, an offset to its children, and whether a value is among
// them.
#include "text/charsmap.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <cstring>

#include "base/error.h"
#include "base/utf8.h"
#include "text/text_growth.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

constexpr size_t kMaxGraphemeBytes = 5;

bool has_value(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t value_of(uint32_t unit) { return unit & 0x7FFFFFFF; }
uint32_t label_of(uint32_t unit) { return unit & 0x800000FF; }
uint32_t offset_of(uint32_t unit) { return unit >> 10 << ((unit & 0x200) >> 6); }

// A character of the new text. `change` as in tokenizers' NormalizedString::transform: 0: it replaces a character; 1:
// it is added; -n: it replaces a character, and the n characters after that are removed.
struct Change {
  char32_t code;
  int64_t change;
};

void add_replacement(std::vector<Change>& changes, size_t num_old, std::string_view replacement) {
  const NormalizedText added = to_normalized_text(replacement);
  for (size_t i = 0; i < added.size(); ++i) changes.push_back({added[i].code, i < num_old ? 0 : 1});
  if (added.size() < num_old && !changes.empty()) {
    changes.back().change -= static_cast<int64_t>(num_old - added.size());
  }
}

// Gives each new character its origin. Characters that are removed at the start have no one that removes them, so the
// origins of later ones shift, as in tokenizers.
NormalizedText changed(const NormalizedText& text, const std::vector<Change>& changes) {
  NormalizedText result;
  result.reserve(changes.size());
  size_t next = 0;
  for (const auto& [code, change] : changes) {
    const size_t from = change > 0 ? next - 1 : next;
    result.push_back({code, from < text.size() ? text[from].origin : Offset{}});
    if (change <= 0) next += 1 + static_cast<size_t>(-change);
  }
  return result;
}

// Joins the character behind it, even a letter (rule GB9b), such as U+0605.
bool is_prepended(char32_t code) {
  return code >= 0x80 && utf8proc_get_property(alike_in_graphemes(code))->boundclass == UTF8PROC_BOUNDCLASS_PREPEND;
}

// The end of the grapheme that begins at a character (Unicode Standard Annex 29).
size_t grapheme_end(const NormalizedText& text, size_t begin) {
  utf8proc_int32_t state = 0;
  size_t end = begin + 1;
  while (end < text.size()) {
    const char32_t before = text[end - 1].code, code = text[end].code;
    const bool is_plain = code < 0x80 && before != '\r' && !is_prepended(before);
    if (is_plain || utf8proc_grapheme_break_stateful(alike_in_graphemes(before), alike_in_graphemes(code), &state)) {
      break;
    }
    ++end;
  }
  return end;
}

}  // namespace

Charsmap::Charsmap(std::string_view bytes, std::string source) : source_(std::move(source)) {
  uint32_t size = 0;
  if (bytes.size() >= sizeof(size)) std::memcpy(&size, bytes.data(), sizeof(size));
  if (bytes.size() < sizeof(size) || size % sizeof(uint32_t) != 0 || size > bytes.size() - sizeof(size) || size == 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: precompiled_charsmap has {} bytes, but says that {} of them are an array", source_,
                            bytes.size(), size));
  }
  array_.resize(size / sizeof(uint32_t));
  std::memcpy(array_.data(), bytes.data() + sizeof(size), size);
  replacements_ = bytes.substr(sizeof(size) + size);
  check_utf8(replacements_, source_ + ": the replacements of precompiled_charsmap");
}

uint32_t Charsmap::unit(size_t position) const {
  if (position < array_.size()) return array_[position];
  throw Error(ErrorKind::kInput, fmt::format("{}: precompiled_charsmap leads outside of its array", source_),
              "the file is damaged; download the model again");
}

std::optional<std::string_view> Charsmap::find(std::string_view text) const {
  size_t position = offset_of(unit(0));
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) break;
    position ^= byte;
    const uint32_t found = unit(position);
    if (label_of(found) != byte) break;
    position ^= offset_of(found);
    if (!has_value(found)) continue;
    const size_t begin = value_of(unit(position));
    if (begin > replacements_.size()) unit(SIZE_MAX);  // throws
    const std::string_view replacement(replacements_.c_str() + begin);
    if (!replacement.empty() && is_continuation(replacement.front())) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: a replacement of precompiled_charsmap begins inside of a character", source_),
                  "the file is damaged; download the model again");
    }
    return replacement;
  }
  return std::nullopt;
}

void Charsmap::normalize(NormalizedText& text) const {
  std::vector<Change> changes;
  changes.reserve(text.size());
  bool is_changed = false;
  std::string bytes;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    check_text_growth(text.size(), changes.size(), source_);
    end = grapheme_end(text, begin);
    bytes = to_utf8({text.data() + begin, end - begin});
    if (const auto whole = bytes.size() <= kMaxGraphemeBytes ? find(bytes) : std::nullopt) {
      is_changed = true;
      add_replacement(changes, end - begin, *whole);
      continue;
    }
    for (size_t i = begin; i < end; ++i) {
      const auto replacement = find(to_utf8({text.data() + i, 1}));
      is_changed = is_changed || replacement;
      replacement ? add_replacement(changes, 1, *replacement) : changes.push_back({text[i].code, 0});
    }
  }
  if (is_changed) text = changed(text, changes);
}

}  // namespace hone::text
