// A character is plain if it is a grapheme of its own beside other plain ones (Unicode Standard Annex 29) and neither
// composes with them nor changes their order. The same must hold for what each part of the normalizer makes of it.
#include "text/plain_characters.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/utf8.h"
#include "text/json_fields.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

constexpr char32_t kUnderline = 0x2581;  // begins a word in Metaspace

// The kinds that look at one character, or at a grapheme.
constexpr std::string_view kLocalKinds[] = {"Lowercase", "NFC", "NFD",         "NFKC",
                                            "NFKD",      "Nmt", "Precompiled", "StripAccents"};

int break_class(char32_t code) { return static_cast<int>(utf8proc_get_property(alike_in_graphemes(code))->boundclass); }

bool is_hangul_syllable(char32_t code) { return code >= 0xAC00 && code <= 0xD7A3; }

bool begins_alone(char32_t code, bool allows_jamo) {
  if (is_combining_mark(code) || combining_class(code) != 0) return false;
  switch (break_class(code)) {
    case UTF8PROC_BOUNDCLASS_OTHER:
    case UTF8PROC_BOUNDCLASS_CONTROL:
    case UTF8PROC_BOUNDCLASS_LF:
    case UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC:  // joined by U+200D only, which is not plain
      return true;
    case UTF8PROC_BOUNDCLASS_L:
    case UTF8PROC_BOUNDCLASS_LV:
    case UTF8PROC_BOUNDCLASS_LVT:
      return allows_jamo;
    default:
      return false;
  }
}

bool may_follow_inside(char32_t code, bool allows_jamo) {
  switch (break_class(code)) {
    case UTF8PROC_BOUNDCLASS_OTHER:
    case UTF8PROC_BOUNDCLASS_EXTEND:
      return true;
    case UTF8PROC_BOUNDCLASS_V:
    case UTF8PROC_BOUNDCLASS_T:
      return allows_jamo;
    default:
      return false;
  }
}

bool is_separate(const NormalizedText& text, bool allows_jamo) {
  for (size_t i = 0; i < text.size(); ++i) {
    const bool fits = i == 0 ? begins_alone(text[i].code, allows_jamo) : may_follow_inside(text[i].code, allows_jamo);
    if (!fits) return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<PlainCharacters> PlainCharacters::make(const Json& normalizer, const std::string& source) {
  std::unique_ptr<PlainCharacters> result(new PlainCharacters());
  if (!normalizer.is_null() && !result->add_stages(normalizer, source)) return nullptr;
  for (const char c : result->contents_) {
    const bool is_wanted = result->pattern_characters_.find(static_cast<unsigned char>(c)) != std::u32string::npos;
    result->replaces_only_doubles_ = result->replaces_only_doubles_ && !is_wanted;
  }
  return result;
}

PlainCharacters::~PlainCharacters() {
  for (const auto& page : pages_) delete page.load();
}

// Returns false for a kind that is not local.
bool PlainCharacters::add_stages(const Json& spec, const std::string& source) {
  const std::string type = part_type(spec, source, "normalizer");
  if (type == "Sequence") {
    return std::ranges::all_of(array_field(spec, "normalizers", source),
                               [&](const Json& part) { return add_stages(part, source); });
  }
  if (type == "Replace") {
    const std::string wanted = string_field(spec.value("pattern", Json()), "String", "", source);
    if (wanted.empty()) return false;
    const NormalizedText characters = to_normalized_text(wanted);
    const std::string content = string_field(spec, "content", "", source);
    const bool is_double = characters.size() == 2 && characters[0].code == characters[1].code && content.size() == 1 &&
                           content[0] > ' ' && content[0] < 0x7F && !removes_characters_;
    replaces_only_doubles_ = replaces_only_doubles_ && is_double;
    for (const NormalizedCharacter& c : characters) {
      pattern_characters_ += c.code;
      has_late_pattern_ = has_late_pattern_ || is_combining_mark(c.code);
    }
    has_late_pattern_ = has_late_pattern_ || removes_characters_;
    removes_characters_ = removes_characters_ || content.empty();
    contents_ += content;
  } else if (std::ranges::find(kLocalKinds, type) == std::end(kLocalKinds)) {
    return false;
  } else {
    removes_characters_ = true;
  }
  stages_.push_back(make_normalizer(spec, source));
  return true;
}

PlainCharacters::Entry PlainCharacters::make_entry(char32_t code) const {
  if (code >= 0xD800 && code <= 0xDFFF) return {};
  const bool allows_jamo = is_hangul_syllable(code);
  NormalizedText text{{code, {}}};
  bool is_pattern = false;
  const auto is_in_pattern = [&](const NormalizedCharacter& c) {
    return pattern_characters_.find(c.code) != std::u32string::npos;
  };
  if (!is_separate(text, allows_jamo)) return {};
  for (const Normalizer& stage : stages_) {
    is_pattern = is_pattern || std::ranges::any_of(text, is_in_pattern);
    stage(text);
    if (!is_separate(text, allows_jamo) || (text.empty() && has_late_pattern_)) return {};
  }
  const auto is_space = [](const NormalizedCharacter& c) { return is_whitespace(c.code); };
  if (!text.empty() && std::ranges::all_of(text, is_space)) return {is_pattern ? Fate::kOther : Fate::kSpace, 0, {}};
  const std::string bytes = to_utf8(text);
  const bool is_simple = bytes.size() <= sizeof(Entry::bytes) &&
                         std::ranges::none_of(text, [&](const auto& c) { return is_space(c) || c.code == kUnderline; });
  if (!is_simple) return {};
  Entry entry{is_pattern ? Fate::kPattern : Fate::kText, static_cast<uint8_t>(bytes.size()), {}};
  std::ranges::copy(bytes, entry.bytes);
  return entry;
}

const PlainCharacters::Page& PlainCharacters::make_page(size_t number) const {
  auto page = std::make_unique<Page>();
  for (size_t i = 0; i < page->size(); ++i) (*page)[i] = make_entry(static_cast<char32_t>(number << 8 | i));
  const Page* expected = nullptr;
  // Another thread may have made the same page.
  if (!pages_[number].compare_exchange_strong(expected, page.get(), std::memory_order_acq_rel)) return *expected;
  return *page.release();
}

}  // namespace hone::text
