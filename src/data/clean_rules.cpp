#include "data/clean_rules.h"

#include <array>

#include "base/byte_scan.h"
#include "data/clean_characters.h"
#include "data/html.h"
#include "data/mojibake.h"
#include "data/regex_rules.h"
#include "data/spans.h"

namespace hone::data {

namespace {

template <typename Change>
TextChange if_on(bool is_on, Change change) {
  return is_on ? TextChange(change) : TextChange();
}

// A rule that changes only texts with this byte.
template <char kByte>
TextChange for_texts_with(std::string (*change)(std::string_view)) {
  return [change](std::string_view text) -> std::optional<std::string> {
    if (text.find(kByte) == std::string_view::npos) return std::nullopt;
    return change(text);
  };
}

std::optional<std::string> in_right_encoding(std::string_view text) {
  const auto may_change = [](ByteLanes bytes) { return equals_byte(bytes, 0xC2) | equals_byte(bytes, 0xC3); };
  if (!has_byte(text, may_change)) return std::nullopt;
  return without_mojibake(text);
}

TextChange make_unicode_form(const CleanOptions& options) {
  return options.unicode_form ? unicode_form_rule(*options.unicode_form) : TextChange();
}

TextChange make_mask(const std::optional<std::string>& mask, std::vector<Span> (*find)(std::string_view)) {
  if (!mask) return {};
  return [mask = *mask, find](std::string_view text) -> std::optional<std::string> {
    const std::vector<Span> spans = find(text);
    if (spans.empty()) return std::nullopt;
    return with_replaced(text, spans, mask);
  };
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
    {"fix_mojibake", [](const CleanOptions& o) { return if_on(o.fix_mojibake, in_right_encoding); }, ""},
    {"strip_html", [](const CleanOptions& o) { return if_on(o.strip_html, for_texts_with<'<'>(without_tags)); }, ""},
    {"unescape_entities",
     [](const CleanOptions& o) { return if_on(o.unescape_entities, for_texts_with<'&'>(without_entities)); }, ""},
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
