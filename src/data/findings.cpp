#include "data/findings.h"

#include <array>

#include "base/names.h"

namespace hone::data {

namespace {

constexpr FindingKind kFindingKinds[] = {
#include "data/findings.inc"
};

std::string number_text(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string share_text(const Finding& finding) {
  const double share = finding.total == 0 ? 0 : static_cast<double>(finding.rows) / static_cast<double>(finding.total);
  return share > 0 && share < 0.001 ? "<0.1%" : fmt::format("{:.1f}%", 100 * share);
}

std::string filled_plural(std::string_view sentence, const Finding& finding) {
  std::string result;
  while (!sentence.empty()) {
    const size_t begin = sentence.find('{');
    const size_t end = begin == std::string_view::npos ? begin : sentence.find('}', begin);
    result += sentence.substr(0, begin);
    if (end == std::string_view::npos) break;
    const std::string_view name = sentence.substr(begin + 1, end - begin - 1);
    if (name == "rows") result += number_text(finding.rows);
    if (name == "total") result += number_text(finding.total);
    if (name == "share") result += share_text(finding);
    if (name == "detail") result += finding.detail;
    sentence.remove_prefix(end + 1);
  }
  return result;
}

// Turns "1 rows have" at the beginning of a sentence into "1 row has".
std::string in_singular(std::string sentence) {
  constexpr std::array<std::array<std::string_view, 2>, 8> kForms = {{{"1 rows have", "1 row has"},
                                                                      {"1 rows repeat", "1 row repeats"},
                                                                      {"1 rows show", "1 row shows"},
                                                                      {"1 rows consist", "1 row consists"},
                                                                      {"1 rows", "1 row"},
                                                                      {"1 texts have", "1 text has"},
                                                                      {"1 texts are", "1 text is"},
                                                                      {"1 labels have", "1 label has"}}};
  for (const auto& [plural, singular] : kForms) {
    if (sentence.starts_with(plural)) return std::string(singular) + sentence.substr(plural.size());
  }
  return sentence;
}

}  // namespace

std::span<const FindingKind> finding_kinds() { return kFindingKinds; }

const FindingKind& finding_kind(std::string_view id) {
  for (const FindingKind& kind : kFindingKinds) {
    if (kind.id == id) return kind;
  }
  throw Error(ErrorKind::kInternal, fmt::format("internal error: there is no finding \"{}\"", id));
}

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"problem", "warning", "note"};
  return kNames[static_cast<size_t>(severity)];
}

std::string_view topic_name(Topic topic) {
  constexpr std::array<std::string_view, 4> kNames = {"labels", "repeats", "sizes", "characters"};
  return kNames[static_cast<size_t>(topic)];
}

std::string filled(std::string_view sentence, const Finding& finding) {
  std::string text = filled_plural(sentence, finding);
  return finding.rows == 1 ? in_singular(std::move(text)) : text;
}

}  // namespace hone::data
