// Each normalizer does what tokenizers does, also for origins: a replacement gets the origin of the replaced character,
// and an added character gets the origin of the character before it.
#include "text/normalizers.h"

#include <utf8proc.h>

#include <algorithm>

#include "base/names.h"
#include "base/utf8.h"
#include "text/json_fields.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

void remove_if(NormalizedText& text, bool (*drop)(char32_t)) {
  text.erase(std::remove_if(text.begin(), text.end(), [&](const auto& c) { return drop(c.code); }), text.end());
}

// A character of the decomposed text. `is_added`: it is not the first one of its source character.
struct DecomposedCharacter {
  char32_t code;
  int combining_class;
  bool is_added;
};

// Sorts each run of non-starters by combining class (The Unicode Standard, section 3.11).
void sort_non_starters(std::vector<DecomposedCharacter>& text) {
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), [](const auto& c) { return c.combining_class != 0; });
    const auto end = std::find_if(begin, text.end(), [](const auto& c) { return c.combining_class == 0; });
    std::stable_sort(begin, end, [](const auto& a, const auto& b) { return a.combining_class < b.combining_class; });
    begin = end;
  }
}

// A character of the changed text, and how many characters of the text before it replaces; 0 for an added one.
struct ChangedCharacter {
  char32_t code;
  size_t num_replaced;
};

// Assigns origins by position, also after sorting: the n-th replacement gets the origin of the n-th character, and an
// added character that of the last replaced one.
void take_origins(NormalizedText& text, const std::vector<ChangedCharacter>& changed) {
  NormalizedText result;
  result.reserve(changed.size());
  size_t next = 0;
  for (const ChangedCharacter& c : changed) {
    const size_t source = c.num_replaced > 0 ? next : next - 1;
    next += c.num_replaced;
    result.push_back({c.code, next == 0 ? Offset{} : text[source].origin});
  }
  text = std::move(result);
}

template <typename Decomposition>
std::vector<DecomposedCharacter> decomposed(const NormalizedText& text, const Decomposition& decomposition) {
  std::vector<DecomposedCharacter> result;
  result.reserve(text.size());
  for (const NormalizedCharacter& c : text) {
    bool is_added = false;
    for (char32_t code : decomposition(c.code)) {
      result.push_back({code, combining_class(code), is_added});
      is_added = true;
    }
  }
  sort_non_starters(result);
  return result;
}

template <typename Decomposition>
void decompose(NormalizedText& text, const Decomposition& decomposition) {
  std::vector<ChangedCharacter> changed;
  for (const DecomposedCharacter& c : decomposed(text, decomposition))
    changed.push_back({c.code, c.is_added ? 0u : 1u});
  take_origins(text, changed);
}

void to_nfd(NormalizedText& text) { decompose(text, canonical_decomposition); }

std::vector<char32_t> compatibility_decomposition(char32_t code) {
  utf8proc_int32_t codes[32];
  int last_boundclass = 0;
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), codes, 32,
                              static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &last_boundclass);
  if (count <= 0 || count > 32) return {code};
  return {codes, codes + count};
}

void to_nfkd(NormalizedText& text) { decompose(text, compatibility_decomposition); }

// Returns the composition of decomposed text by utf8proc.
std::vector<char32_t> composed_codes(std::span<const DecomposedCharacter> text) {
  std::vector<utf8proc_int32_t> codes;
  codes.reserve(text.size());
  for (const DecomposedCharacter& c : text) codes.push_back(static_cast<utf8proc_int32_t>(c.code));
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  const utf8proc_ssize_t count =
      codes.empty() ? 0 : utf8proc_normalize_utf32(codes.data(), static_cast<utf8proc_ssize_t>(codes.size()), options);
  check_internal(count >= 0, "utf8proc refused checked text");
  return {codes.begin(), codes.begin() + count};
}

// Appends the composition of decomposed text. The parts of a character need not be adjacent: marks of lower classes may
// stand between them.
void add_composed(std::span<const DecomposedCharacter> text, std::vector<ChangedCharacter>& result) {
  std::vector<bool> is_used(text.size());
  size_t first = 0;
  for (char32_t code : composed_codes(text)) {
    while (first < text.size() && is_used[first]) ++first;
    size_t num_replaced = 0, place = first;
    for (char32_t part : canonical_decomposition(code)) {
      while (place < text.size() && (is_used[place] || text[place].code != part)) ++place;
      check_internal(place < text.size(), "a composed character has parts that the text lacks");
      is_used[place] = true;
      num_replaced += !text[place].is_added;
    }
    result.push_back({code, num_replaced});
  }
}

// Older versions of utf8proc drop U+11A7, which composes with nothing, after a Hangul syllable. It stays out of their
// sight.
void compose(NormalizedText& text, const std::vector<DecomposedCharacter>& parts) {
  std::vector<ChangedCharacter> changed;
  for (auto begin = parts.begin(); begin != parts.end();) {
    const auto end = std::find_if(begin, parts.end(), [](const auto& c) { return c.code == 0x11A7; });
    add_composed({begin, end}, changed);
    if (end != parts.end()) changed.push_back({0x11A7, end->is_added ? 0u : 1u});
    begin = end == parts.end() ? end : end + 1;
  }
  take_origins(text, changed);
}

void to_lower(NormalizedText& text) {
  NormalizedText result;
  result.reserve(text.size());
  for (const NormalizedCharacter& c : text) {
    for (char32_t code : to_lowercase(c.code)) result.push_back({code, c.origin});
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

// Replaces `pattern` by `content`. Inserted characters get the origin of the last removed one.
void replace(NormalizedText& text, const NormalizedText& pattern, const NormalizedText& content) {
  const auto is_same = [](const NormalizedCharacter& a, const NormalizedCharacter& b) { return a.code == b.code; };
  NormalizedText result;
  for (auto begin = text.begin();;) {
    const auto found = std::search(begin, text.end(), pattern.begin(), pattern.end(), is_same);
    result.insert(result.end(), begin, found);
    if (found == text.end()) break;
    begin = found + static_cast<std::ptrdiff_t>(pattern.size());
    for (const NormalizedCharacter& c : content) result.push_back({c.code, (begin - 1)->origin});
  }
  text = std::move(result);
}

Normalizer make_bert_normalizer(const Json& spec, const std::string& source) {
  return [settings = bert_normalizer_settings(spec, source)](NormalizedText& text) { apply_bert(text, settings); };
}

Normalizer make_strip(const Json& spec, const std::string& source) {
  const bool left = bool_field(spec, "strip_left", true, source), right = bool_field(spec, "strip_right", true, source);
  return [=](NormalizedText& text) { strip(text, left, right); };
}

Normalizer make_replace(const Json& spec, const std::string& source) {
  const Json pattern = spec.value("pattern", Json());
  if (!pattern.is_object() || !pattern.contains("String")) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: Replace knows a \"String\" pattern only", source));
  }
  const std::string from = string_field(pattern, "String", "", source);
  if (from.empty()) throw Error(ErrorKind::kInput, fmt::format("{}: the pattern of Replace is empty", source));
  const std::string content = string_field(spec, "content", "", source);
  return [from = to_normalized_text(from), to = to_normalized_text(content)](NormalizedText& text) {
    replace(text, from, to);
  };
}

Normalizer make_normalizer_sequence(const Json& spec, const std::string& source) {
  std::vector<Normalizer> parts;
  for (const Json& part : array_field(spec, "normalizers", source)) parts.push_back(make_normalizer(part, source));
  return [parts](NormalizedText& text) {
    for (const Normalizer& part : parts) part(text);
  };
}

template <void (*kChange)(NormalizedText&)>
Normalizer make_plain(const Json&, const std::string&) {
  return kChange;
}

void to_nfc(NormalizedText& text) { compose(text, decomposed(text, canonical_decomposition)); }

void to_nfkc(NormalizedText& text) { compose(text, decomposed(text, compatibility_decomposition)); }

void strip_accents(NormalizedText& text) { remove_if(text, is_combining_mark); }

constexpr NormalizerRow kNormalizers[] = {
    {"BertNormalizer", "clean, put spaces around Chinese characters, strip accents, lower case", make_bert_normalizer},
    {"Lowercase", "each character's own lower case", make_plain<to_lower>},
    {"NFC", "canonical composition", make_plain<to_nfc>},
    {"NFD", "canonical decomposition", make_plain<to_nfd>},
    {"NFKC", "compatibility decomposition, then composition", make_plain<to_nfkc>},
    {"NFKD", "compatibility decomposition", make_plain<to_nfkd>},
    {"Replace", "a string by another", make_replace},
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
