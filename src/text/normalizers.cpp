// Each normalizer does what tokenizers does, also for origins: a replacement gets the origin of the replaced character,
// and an added character gets the origin of the character before it.
#include "text/normalizers.h"

#include <algorithm>

#include "base/base64.h"
#include "base/names.h"
#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/charsmap.h"
#include "text/json_fields.h"
#include "text/normal_forms.h"
#include "text/pattern_matches.h"
#include "text/text_growth.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

void remove_if(NormalizedText& text, bool (*drop)(char32_t)) {
  text.erase(std::remove_if(text.begin(), text.end(), [&](const auto& c) { return drop(c.code); }), text.end());
}

void to_lower(NormalizedText& text) {
  NormalizedText result;
  result.reserve(text.size());
  for (const NormalizedCharacter& c : text) {
    for (char32_t code : to_lowercase(c.code)) result.push_back({code, c.origin});
  }
  text = std::move(result);
}

void replace_by_byte_characters(NormalizedText& text) {
  NormalizedText result;
  result.reserve(text.size());
  std::string bytes;
  for (const NormalizedCharacter& c : text) {
    bytes.clear();
    append_utf8(bytes, c.code);
    for (const char byte : bytes) result.push_back({character_of_byte(static_cast<unsigned char>(byte)), c.origin});
  }
  text = std::move(result);
}

void surround_chinese(NormalizedText& text) {
  NormalizedText result;
  result.reserve(text.size());
  for (const NormalizedCharacter& c : text) {
    if (is_chinese(c.code)) result.push_back({' ', c.origin});
    result.push_back(c);
    if (is_chinese(c.code)) result.push_back({' ', c.origin});
  }
  text = std::move(result);
}

void apply_bert(NormalizedText& text, const BertNormalizerSettings& settings) {
  if (settings.clean_text) {
    remove_if(text, is_control);
    for (NormalizedCharacter& c : text) c.code = is_whitespace(c.code) ? ' ' : c.code;
  }
  if (settings.handle_chinese_chars) surround_chinese(text);
  if (settings.strip_accents) {
    to_nfd(text);
    remove_if(text, is_nonspacing_mark);
  }
  if (settings.lowercase) to_lower(text);
}

void strip(NormalizedText& text, bool left, bool right) {
  const auto is_text = [](const NormalizedCharacter& c) { return !is_whitespace(c.code); };
  if (right) text.erase(std::find_if(text.rbegin(), text.rend(), is_text).base(), text.end());
  if (left) text.erase(text.begin(), std::find_if(text.begin(), text.end(), is_text));
}

// Replaces the matches by `content`. Inserted characters get the origin of the last removed one.
void replace(NormalizedText& text, const FindMatches& find_matches, const NormalizedText& content,
             const std::string& source) {
  const std::string bytes = to_utf8(text);
  NormalizedText result;
  size_t character = 0, byte = 0;
  for (const SplitPart& part : find_matches(bytes)) {
    const size_t first = character;
    for (; byte < part.end; ++character) byte += utf8_length(text[character].code);
    if (!part.is_match) {
      result.insert(result.end(), text.begin() + static_cast<std::ptrdiff_t>(first),
                    text.begin() + static_cast<std::ptrdiff_t>(character));
      continue;
    }
    const Offset origin = character == 0 ? Offset{} : text[character - 1].origin;  // an empty match may come first
    for (const NormalizedCharacter& c : content) result.push_back({c.code, origin});
    check_text_growth(text.size(), result.size(), source);
  }
  text = std::move(result);
}

// Puts `prefix` before a text that is not empty. It has the origin of the first character.
void prepend(NormalizedText& text, const NormalizedText& prefix) {
  if (text.empty()) return;
  const Offset origin = text.front().origin;
  text.insert(text.begin(), prefix.begin(), prefix.end());
  for (size_t i = 0; i < prefix.size(); ++i) text[i].origin = origin;
}

// The rules of SentencePiece's nmt_nfkc for control characters and white space.
bool is_dropped_by_nmt(char32_t code) {
  return (code >= 0x1 && code <= 0x8) || code == 0xB || (code >= 0xE && code <= 0x1F) || code == 0x7F || code == 0x8F ||
         code == 0x9F;
}

bool is_space_of_nmt(char32_t code) {
  constexpr char32_t kSpaces[] = {0x9, 0xA, 0xC, 0xD, 0x1680, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD};
  return (code >= 0x200B && code <= 0x200F) || std::ranges::find(kSpaces, code) != std::end(kSpaces);
}

void apply_nmt(NormalizedText& text) {
  remove_if(text, is_dropped_by_nmt);
  for (NormalizedCharacter& c : text) c.code = is_space_of_nmt(c.code) ? ' ' : c.code;
}

Normalizer make_bert_normalizer(const Json& spec, const std::string& source) {
  return [settings = bert_normalizer_settings(spec, source)](NormalizedText& text) { apply_bert(text, settings); };
}

Normalizer make_strip(const Json& spec, const std::string& source) {
  const bool left = bool_field(spec, "strip_left", true, source), right = bool_field(spec, "strip_right", true, source);
  return [=](NormalizedText& text) { strip(text, left, right); };
}

Normalizer make_replace(const Json& spec, const std::string& source) {
  const FindMatches find_matches = make_find_matches(spec.value("pattern", Json()), source);
  const NormalizedText content = to_normalized_text(string_field(spec, "content", "", source));
  return [=](NormalizedText& text) { replace(text, find_matches, content, source); };
}

Normalizer make_prepend(const Json& spec, const std::string& source) {
  const NormalizedText prefix = to_normalized_text(string_field(spec, "prepend", "", source));
  return [=](NormalizedText& text) { prepend(text, prefix); };
}

Normalizer make_precompiled(const Json& spec, const std::string& source) {
  const std::optional<std::string> bytes = decode_base64(string_field(spec, "precompiled_charsmap", "", source));
  if (!bytes) throw Error(ErrorKind::kInput, fmt::format("{}: \"precompiled_charsmap\" is not base64", source));
  const auto charsmap = std::make_shared<const Charsmap>(*bytes, source);
  return [=](NormalizedText& text) { charsmap->normalize(text); };
}

// Appends the parts of a Sequence, and those of a Sequence in it, so that one limit of growth holds for all of them.
void add_normalizers(const Json& spec, const std::string& source, std::vector<Normalizer>& parts) {
  for_each_part(spec, "normalizers", source, [&](const Json& part, const std::string& place) {
    const bool is_sequence = part.is_object() && part.value("type", Json()) == "Sequence";
    if (is_sequence) return add_normalizers(part, place + ": normalizer", parts);
    parts.push_back(make_normalizer(part, place));
  });
}

Normalizer make_normalizer_sequence(const Json& spec, const std::string& source) {
  std::vector<Normalizer> parts;
  add_normalizers(spec, source, parts);
  return [parts, source](NormalizedText& text) {
    const size_t before = text.size();
    for (const Normalizer& part : parts) {
      part(text);
      check_text_growth(before, text.size(), source);
    }
  };
}

template <void (*kChange)(NormalizedText&)>
Normalizer make_plain(const Json&, const std::string&) {
  return kChange;
}

void strip_accents(NormalizedText& text) { remove_if(text, is_combining_mark); }

constexpr NormalizerRow kNormalizers[] = {
    {"BertNormalizer", "clean, put spaces around Chinese characters, strip accents, lower case", make_bert_normalizer},
    {"ByteLevel", "each byte as a character of its own", make_plain<replace_by_byte_characters>},
    {"Lowercase", "each character's own lower case", make_plain<to_lower>},
    {"NFC", "canonical composition", make_plain<to_nfc>},
    {"NFD", "canonical decomposition", make_plain<to_nfd>},
    {"NFKC", "compatibility decomposition, then composition", make_plain<to_nfkc>},
    {"NFKD", "compatibility decomposition", make_plain<to_nfkd>},
    {"Nmt", "control characters dropped, white space as spaces", make_plain<apply_nmt>},
    {"Precompiled", "the table of a SentencePiece model", make_precompiled},
    {"Prepend", "a prefix before a text that is not empty", make_prepend},
    {"Replace", "the matches of a string or of a known regular expression by a string", make_replace},
    {"Sequence", "several, one after another", make_normalizer_sequence},
    {"Strip", "white space at the ends", make_strip},
    {"StripAccents", "all combining marks", make_plain<strip_accents>},
};

}  // namespace

NormalizedText to_normalized_text(std::string_view text, uint32_t begin) {
  NormalizedText result;
  result.reserve(text.size());
  for (const char* p = text.data(); p < text.data() + text.size();) {
    const auto first = begin + static_cast<uint32_t>(p - text.data());
    const char32_t code = next_code_point(p);
    result.push_back({code, {first, begin + static_cast<uint32_t>(p - text.data())}});
  }
  return result;
}

std::string to_utf8(std::span<const NormalizedCharacter> text) {
  std::string result;
  for (const NormalizedCharacter& c : text) append_utf8(result, c.code);
  return result;
}

std::span<const NormalizerRow> normalizers() { return kNormalizers; }

Normalizer make_normalizer(const Json& spec, const std::string& source) {
  if (spec.is_null()) return [](NormalizedText&) {};
  const std::string type = part_type(spec, source, "normalizer");
  return find_row(kNormalizers, fmt::format("normalizer (in {})", source), type, ErrorKind::kUnsupported)
      .make(spec, source + ": normalizer");
}

BertNormalizerSettings bert_normalizer_settings(const Json& spec, const std::string& source) {
  BertNormalizerSettings settings;
  settings.clean_text = bool_field(spec, "clean_text", true, source);
  settings.handle_chinese_chars = bool_field(spec, "handle_chinese_chars", true, source);
  settings.lowercase = bool_field(spec, "lowercase", true, source);
  settings.strip_accents = bool_field(spec, "strip_accents", settings.lowercase, source);
  return settings;
}

}  // namespace hone::text
