#include "text/unicode_property.h"

#include <algorithm>
#include <string>

namespace hone::text {

namespace {

#include "text/oniguruma_tables.inc"

constexpr char32_t kLastCode = 0x10FFFF;

constexpr uint32_t bit_of(GeneralCategory category) { return uint32_t{1} << static_cast<uint32_t>(category); }

// The categories from `first` to `last` in the order of the enumeration.
constexpr uint32_t bits_from(GeneralCategory first, GeneralCategory last) { return 2 * bit_of(last) - bit_of(first); }

using enum GeneralCategory;
constexpr uint32_t kLetterCategories = bits_from(kLu, kLo), kMarkCategories = bits_from(kMn, kMe),
                   kNumberCategories = bits_from(kNd, kNo);
constexpr uint32_t kPunctuationCategories = bits_from(kPc, kPo), kSymbolCategories = bits_from(kSm, kSo);
constexpr uint32_t kSeparatorCategories = bits_from(kZs, kZp);

// A property that is a union of general categories. Names are in lower case, without spaces, hyphens and underscores.
struct CategoryProperty {
  std::string_view short_name, long_name;
  uint32_t categories;
};

constexpr CategoryProperty kCategoryProperties[] = {
    {"l", "letter", kLetterCategories},
    {"lc", "casedletter", bits_from(kLu, kLt)},
    {"m", "mark", kMarkCategories},
    {"m", "combiningmark", kMarkCategories},
    {"n", "number", kNumberCategories},
    {"p", "punctuation", kPunctuationCategories},
    {"s", "symbol", kSymbolCategories},
    {"z", "separator", kSeparatorCategories},
    {"lu", "uppercaseletter", bit_of(kLu)},
    {"ll", "lowercaseletter", bit_of(kLl)},
    {"lt", "titlecaseletter", bit_of(kLt)},
    {"lm", "modifierletter", bit_of(kLm)},
    {"lo", "otherletter", bit_of(kLo)},
    {"mn", "nonspacingmark", bit_of(kMn)},
    {"mc", "spacingmark", bit_of(kMc)},
    {"me", "enclosingmark", bit_of(kMe)},
    {"nd", "decimalnumber", bit_of(kNd)},
    {"digit", "digit", bit_of(kNd)},
    {"nl", "letternumber", bit_of(kNl)},
    {"no", "othernumber", bit_of(kNo)},
    {"pc", "connectorpunctuation", bit_of(kPc)},
    {"pd", "dashpunctuation", bit_of(kPd)},
    {"ps", "openpunctuation", bit_of(kPs)},
    {"pe", "closepunctuation", bit_of(kPe)},
    {"pi", "initialpunctuation", bit_of(kPi)},
    {"pf", "finalpunctuation", bit_of(kPf)},
    {"po", "otherpunctuation", bit_of(kPo)},
    {"sm", "mathsymbol", bit_of(kSm)},
    {"sc", "currencysymbol", bit_of(kSc)},
    {"sk", "modifiersymbol", bit_of(kSk)},
    {"so", "othersymbol", bit_of(kSo)},
    {"zs", "spaceseparator", bit_of(kZs)},
    {"zl", "lineseparator", bit_of(kZl)},
    {"zp", "paragraphseparator", bit_of(kZp)},
    {"cc", "control", bit_of(kCc)},
    {"cntrl", "cntrl", bit_of(kCc)},
    {"cf", "format", bit_of(kCf)},
    {"co", "privateuse", bit_of(kCo)},
};

// A property with a table of its own.
struct TableProperty {
  std::string_view name;
  std::span<const CodePointRange> ranges;
};

constexpr CodePointRange kAnyCodes[] = {{0, kLastCode}};
constexpr CodePointRange kHexDigitCodes[] = {{'0', '9'}, {'A', 'F'}, {'a', 'f'}};

constexpr TableProperty kTableProperties[] = {
    {"any", kAnyCodes},
    {"alphabetic", kAlphabeticCodes},
    {"alpha", kAlphabeticCodes},
    {"emoji", kEmojiCodes},
    {"extendedpictographic", kExtendedPictographicCodes},
    {"lowercase", kLowercaseCodes},
    {"lower", kLowercaseCodes},
    {"uppercase", kUppercaseCodes},
    {"upper", kUppercaseCodes},
    {"whitespace", kWhitespaceCodes},
    {"space", kWhitespaceCodes},
    {"word", kWordCodes},
    {"xdigit", kHexDigitCodes},
    {"arabic", kArabicCodes},
    {"armenian", kArmenianCodes},
    {"bengali", kBengaliCodes},
    {"bopomofo", kBopomofoCodes},
    {"common", kCommonCodes},
    {"cyrillic", kCyrillicCodes},
    {"devanagari", kDevanagariCodes},
    {"ethiopic", kEthiopicCodes},
    {"georgian", kGeorgianCodes},
    {"greek", kGreekCodes},
    {"gujarati", kGujaratiCodes},
    {"gurmukhi", kGurmukhiCodes},
    {"han", kHanCodes},
    {"hangul", kHangulCodes},
    {"hebrew", kHebrewCodes},
    {"hiragana", kHiraganaCodes},
    {"inherited", kInheritedCodes},
    {"kannada", kKannadaCodes},
    {"katakana", kKatakanaCodes},
    {"khmer", kKhmerCodes},
    {"lao", kLaoCodes},
    {"latin", kLatinCodes},
    {"malayalam", kMalayalamCodes},
    {"mongolian", kMongolianCodes},
    {"myanmar", kMyanmarCodes},
    {"oriya", kOriyaCodes},
    {"sinhala", kSinhalaCodes},
    {"tamil", kTamilCodes},
    {"telugu", kTeluguCodes},
    {"thai", kThaiCodes},
    {"tibetan", kTibetanCodes},
};

std::string plain_name(std::string_view name) {
  std::string result;
  for (char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    result += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return result;
}

void append_range(CodePointSet& set, char32_t first, char32_t last) {
  if (!set.empty() && first <= set.back().last + 1) {
    set.back().last = std::max(set.back().last, last);
  } else {
    set.push_back({first, last});
  }
}

CodePointSet set_of_categories(uint32_t categories) {
  CodePointSet result;
  for (const CategoryRange& range : kCategories) {
    if ((categories & bit_of(range.category)) != 0) append_range(result, range.first, range.last);
  }
  return result;
}

}  // namespace

std::span<const CategoryRange> category_ranges() { return kCategories; }

std::optional<CodePointSet> find_property(std::string_view name) {
  const std::string wanted = plain_name(name);
  for (const CategoryProperty& row : kCategoryProperties) {
    if (wanted == row.short_name || wanted == row.long_name) return set_of_categories(row.categories);
  }
  for (const TableProperty& row : kTableProperties) {
    if (wanted == row.name) return CodePointSet(row.ranges.begin(), row.ranges.end());
  }
  return std::nullopt;
}

CodePointSet union_of(const CodePointSet& a, const CodePointSet& b) {
  CodePointSet all = a, result;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  for (const auto& [first, last] : all) append_range(result, first, last);
  return result;
}

CodePointSet complement_of(const CodePointSet& set) {
  CodePointSet result;
  char32_t next = 0;
  for (const auto& [first, last] : set) {
    if (next < first) result.push_back({next, first - 1});
    next = last + 1;
  }
  if (next <= kLastCode) result.push_back({next, kLastCode});
  return result;
}

CodePointSet intersection_of(const CodePointSet& a, const CodePointSet& b) {
  return complement_of(union_of(complement_of(a), complement_of(b)));
}

}  // namespace hone::text
