// Fuzz target: a text. Each automaton must find the parts that PCRE2 finds for its expression.
#include <memory>
#include <vector>

#include "fuzz_input.h"
#include "text/split_pattern.h"

namespace hone::fuzz {

namespace {

struct TextPart {
  size_t begin, end;
  bool is_match;
  friend bool operator==(const TextPart&, const TextPart&) = default;
};

std::vector<TextPart> parts_by_automaton(const text::SplitPatternRow& row, std::string_view text) {
  std::vector<TextPart> parts;
  text::SplitPattern(row.part_end).split(text, [&](const char* begin, const char* end, bool is_match) {
    parts.push_back({static_cast<size_t>(begin - text.data()), static_cast<size_t>(end - text.data()), is_match});
  });
  return parts;
}

std::vector<TextPart> parts_by_expression(const text::Regex& regex, std::string_view text) {
  std::vector<TextPart> parts;
  size_t last = 0;
  regex.each_match(text, [&](text::Regex::Match match) {
    if (last < match.begin) parts.push_back({last, match.begin, false});
    parts.push_back({match.begin, match.end, true});
    last = match.end;
  });
  if (last < text.size()) parts.push_back({last, text.size(), false});
  return parts;
}

std::vector<std::unique_ptr<text::Regex>> expressions() {
  std::vector<std::unique_ptr<text::Regex>> all;
  for (const text::SplitPatternRow& row : text::split_patterns()) {
    all.push_back(std::make_unique<text::Regex>(row.regex, std::string(row.name)));
  }
  return all;
}

}  // namespace

}  // namespace hone::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace hone::fuzz;
  static const auto regexes = expressions();
  // A copy of the exact size, so that the sanitizers see a read behind the end.
  const std::string valid = valid_utf8({reinterpret_cast<const char*>(data), size});
  const std::vector<char> bytes(valid.begin(), valid.end());
  const std::string_view text(bytes.data(), bytes.size());
  for (size_t i = 0; i < regexes.size(); ++i) {
    const hone::text::SplitPatternRow& row = hone::text::split_patterns()[i];
    require(parts_by_automaton(row, text) == parts_by_expression(*regexes[i], text),
            std::string(row.name) + ": the automaton and the expression differ");
  }
  return 0;
}
