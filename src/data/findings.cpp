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
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string share_text(const Finding& finding) {
  const double share = finding.total == 0 ? 0 : static_cast<double>(finding.rows) / static_cast<double>(finding.total);
  return share > 0 && share < 0.001 ? "<0.1%" : fmt::format("{:.1f}%", 100 * share);
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

std::string filled(std::string_view sentence, const Finding& finding) {
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

}  // namespace hone::data
