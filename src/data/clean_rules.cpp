#include "data/clean_rules.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "data/html.h"
#include "data/mojibake.h"
#include "data/regex_rules.h"
#include "data/spans.h"
#include "table/value.h"
#include "text/normalizers.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

template <typename Change>
TextChange if_on(bool is_on, Change change) {
  return is_on ? TextChange(change) : TextChange();
}

// Returns the text with each character replaced by what `change` appends for it.
template <typename Change>
std::string by_characters(std::string_view text, const Change& change) {
  std::string result;
  result.reserve(text.size());
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) change(next_code_point(p), result);
  return result;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string in_half_width(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  return by_characters(text, [](char32_t code, std::string& to) {
    if (code >= 0xFF01 && code <= 0xFF5E) code -= 0xFEE0;
    append_utf8(to, code == 0x3000 ? U' ' : code);
  });
}

std::string without_control(std::string_view text) {
  return by_characters(text, [](char32_t code, std::string& to) {
    const bool is_control = (code < 0x20 && (code < '\t' || code > '\r')) || (code >= 0x7F && code <= 0x9F);
    if (!is_control) append_utf8(to, code);
  });
}

// Joiners stay: emoji and several scripts need them.
std::string without_invisible(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  return by_characters(text, [](char32_t code, std::string& to) {
    const bool is_invisible = code == 0xAD || code == 0x200B || code == 0x200E || code == 0x200F ||
                              (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x2064) ||
                              code == 0xFEFF;
    if (!is_invisible) append_utf8(to, code);
  });
}

std::string in_lower_case(std::string_view text) {
  return by_characters(text, [](char32_t code, std::string& to) {
    if (code < 0x80) {
      to += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
      return;
    }
    for (const char32_t lower : text::to_lowercase(code)) append_utf8(to, lower);
  });
}

bool is_space(char32_t code) { return text::is_whitespace(code) || (code >= 0x1C && code <= 0x1F); }

// Returns the end of the characters from `begin` on that are white space, or are not.
size_t end_of_run(std::string_view text, size_t begin, bool of_spaces) {
  static const std::array<bool, 128> ascii_spaces = [] {
    std::array<bool, 128> spaces{};
    for (char32_t code = 0; code < 128; ++code) spaces[code] = is_space(code);
    return spaces;
  }();
  const std::array<bool, 128>& spaces = ascii_spaces;
  size_t at = begin;
  while (at < text.size()) {
    if (const auto byte = static_cast<unsigned char>(text[at]); byte < 0x80) {
      if (spaces[byte] != of_spaces) break;
      ++at;
      continue;
    }
    const char* p = text.data() + at;
    if (is_space(next_code_point(p)) != of_spaces) break;
    at = static_cast<size_t>(p - text.data());
  }
  return at;
}

std::string with_single_spaces(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t at = end_of_run(text, 0, true); at < text.size();) {
    const size_t end = end_of_run(text, at, false);
    if (!result.empty()) result += ' ';
    result += text.substr(at, end - at);
    at = end_of_run(text, end, true);
  }
  return result;
}

TextChange make_unicode_form(const CleanOptions& options) {
  if (!options.unicode_form) return {};
  const text::Normalizer normalizer = text::make_normalizer({{"type", *options.unicode_form}}, "--unicode-form");
  return [normalizer](std::string_view text) {
    text::NormalizedText characters = text::to_normalized_text(text);
    normalizer(characters);
    return text::to_utf8(characters);
  };
}

TextChange make_mask(const std::optional<std::string>& mask, std::vector<Span> (*find)(std::string_view)) {
  if (!mask) return {};
  return [mask = *mask, find](std::string_view text) { return with_replaced(text, find(text), mask); };
}

TextChange make_stop_words(const CleanOptions& options) {
  if (options.remove_stop_words.empty()) return {};
  return [languages = options.remove_stop_words](std::string_view text) {
    std::string result(text);
    for (const std::string& language : languages) result = without_stop_words(result, language);
    return result;
  };
}

constexpr std::array kTextRules = std::to_array<TextRule>({
    {"fix_mojibake", [](const CleanOptions& o) { return if_on(o.fix_mojibake, without_mojibake); }, ""},
    {"strip_html", [](const CleanOptions& o) { return if_on(o.strip_html, without_tags); }, ""},
    {"unescape_entities", [](const CleanOptions& o) { return if_on(o.unescape_entities, without_entities); }, ""},
    {"unicode_form", make_unicode_form, ""},
    {"half_width", [](const CleanOptions& o) { return if_on(o.half_width, in_half_width); }, ""},
    {"remove_control", [](const CleanOptions& o) { return if_on(o.remove_control, without_control); }, ""},
    {"remove_invisible", [](const CleanOptions& o) { return if_on(o.remove_invisible, without_invisible); }, ""},
    {"mask_urls", [](const CleanOptions& o) { return make_mask(o.mask_urls, find_urls); }, ""},
    {"mask_emails", [](const CleanOptions& o) { return make_mask(o.mask_emails, find_emails); }, ""},
    {"mask_numbers", [](const CleanOptions& o) { return make_mask(o.mask_numbers, find_numbers); },
     "the model can no longer tell quantities apart, such as \"1 star\" and \"5 stars\""},
    {"replace_regex", [](const CleanOptions& o) { return make_regex_replacement(o.replace_regex); }, ""},
    {"lower_case", [](const CleanOptions& o) { return if_on(o.lower_case, in_lower_case); },
     "a cased model was trained on \"Apple\" and \"apple\" as different words; an uncased model lowers texts itself",
     true},
    {"remove_stop_words", make_stop_words,
     "a pretrained model was trained on whole sentences, and reads stumps of them worse"},
    {"collapse_whitespace", [](const CleanOptions& o) { return if_on(o.collapse_whitespace, with_single_spaces); }, ""},
});

}  // namespace

std::span<const TextRule> text_rules() { return kTextRules; }

}  // namespace hone::data
