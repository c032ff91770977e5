#include "text/jinja/python_characters.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/utf8.h"

namespace hone::text::jinja {

namespace {

struct FlagRange {
  char32_t first;  // up to the next range
  uint16_t flags;
};

// The characters first, first + step ... last are mapped to themselves + delta.
struct CaseRange {
  char32_t first, last;
  uint8_t step;
  int32_t delta;
};

struct CaseExpansion {
  char32_t code;
  char32_t mapped[3];  // zeros at the end are not used
};

struct CaseTable {
  const CaseRange *begin, *end;
  const CaseExpansion *expansions_begin, *expansions_end;
};

#include "text/jinja/python_characters.inc"

template <typename Ranges, typename Expansions>
constexpr CaseTable case_table(const Ranges& ranges, const Expansions& expansions) {
  return {std::begin(ranges), std::end(ranges), std::begin(expansions), std::end(expansions)};
}

constexpr CaseTable kCaseTables[] = {
    case_table(kLowerRanges, kLowerExpansions), case_table(kUpperRanges, kUpperExpansions),
    case_table(kTitleRanges, kTitleExpansions), case_table(kFoldRanges, kFoldExpansions)};

constexpr char32_t kSigma = 0x3A3, kFinalSigma = 0x3C2;

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> codes;
  codes.reserve(text.size());
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) codes.push_back(next_code_point(p));
  return codes;
}

bool is_cased_beside(const std::vector<char32_t>& codes, size_t place, int step) {
  for (size_t i = place + static_cast<size_t>(step); i < codes.size(); i += static_cast<size_t>(step)) {
    const uint16_t flags = character_flags(codes[i]);
    if ((flags & kCaseIgnorable) == 0) return (flags & kCased) != 0;
  }
  return false;
}

// A sigma at the end of a word has a form of its own.
void append_lower(const std::vector<char32_t>& codes, size_t place, std::string& out) {
  if (codes[place] == kSigma && is_cased_beside(codes, place, -1) && !is_cased_beside(codes, place, 1)) {
    return append_utf8(out, kFinalSigma);
  }
  append_case(codes[place], CaseMapping::kLower, out);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string mapped(std::string_view text, CaseMapping mapping) {
  std::string out;
  out.reserve(text.size());
  for (const char *p = text.data(), *const end = p + text.size(); p < end;)
    append_case(next_code_point(p), mapping, out);
  return out;
}

}  // namespace

uint16_t character_flags(char32_t code) {
  const auto next = std::upper_bound(std::begin(kFlagRanges), std::end(kFlagRanges), code,
                                     [](char32_t c, const FlagRange& range) { return c < range.first; });
  return std::prev(next)->flags;
}

void append_case(char32_t code, CaseMapping mapping, std::string& out) {
  const CaseTable& table = kCaseTables[static_cast<size_t>(mapping)];
  const auto* expansion = std::lower_bound(table.expansions_begin, table.expansions_end, code,
                                           [](const CaseExpansion& row, char32_t c) { return row.code < c; });
  if (expansion != table.expansions_end && expansion->code == code) {
    for (const char32_t part : expansion->mapped) {
      if (part != 0) append_utf8(out, part);
    }
    return;
  }
  const auto* range =
      std::lower_bound(table.begin, table.end, code, [](const CaseRange& row, char32_t c) { return row.last < c; });
  const bool is_mapped = range != table.end && range->first <= code && (code - range->first) % range->step == 0;
  append_utf8(out, is_mapped ? static_cast<char32_t>(static_cast<int32_t>(code) + range->delta) : code);
}

std::string lower_case(std::string_view text) {
  if (is_ascii(text)) return mapped(text, CaseMapping::kLower);
  std::string out;
  const std::vector<char32_t> codes = code_points(text);
  for (size_t i = 0; i < codes.size(); ++i) append_lower(codes, i, out);
  return out;
}

std::string upper_case(std::string_view text) { return mapped(text, CaseMapping::kUpper); }
std::string case_folded(std::string_view text) { return mapped(text, CaseMapping::kFold); }

std::string title_case(std::string_view text) {
  std::string out;
  const std::vector<char32_t> codes = code_points(text);
  bool is_inside = false;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (is_inside) {
      append_lower(codes, i, out);
    } else {
      append_case(codes[i], CaseMapping::kTitle, out);
    }
    is_inside = (character_flags(codes[i]) & kCased) != 0;
  }
  return out;
}

std::string capitalized(std::string_view text) {
  std::string out;
  const std::vector<char32_t> codes = code_points(text);
  for (size_t i = 0; i < codes.size(); ++i) {
    if (i == 0) {
      append_case(codes[i], CaseMapping::kTitle, out);
    } else {
      append_lower(codes, i, out);
    }
  }
  return out;
}

std::string swapped_case(std::string_view text) {
  std::string out;
  const std::vector<char32_t> codes = code_points(text);
  for (size_t i = 0; i < codes.size(); ++i) {
    const uint16_t flags = character_flags(codes[i]);
    if ((flags & kUpperCase) != 0) {
      append_lower(codes, i, out);
    } else if ((flags & kLowerCase) != 0) {
      append_case(codes[i], CaseMapping::kUpper, out);
    } else {
      append_utf8(out, codes[i]);
    }
  }
  return out;
}

std::string_view stripped(std::string_view text) {
  while (!text.empty()) {
    const char* p = text.data();
    if (!is_python_space(next_code_point(p))) break;
    text.remove_prefix(static_cast<size_t>(p - text.data()));
  }
  while (!text.empty()) {
    const char* p = text.data() + text.size() - 1;
    while (is_continuation(*p)) --p;
    const char* begin = p;
    if (!is_python_space(next_code_point(p))) break;
    text.remove_suffix(text.size() - static_cast<size_t>(begin - text.data()));
  }
  return text;
}

}  // namespace hone::text::jinja
