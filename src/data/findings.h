// The kinds of findings of a report with their sentences, in English and Chinese.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "data/report.h"

namespace hone::data {

class Analysis;

// What a finding is about.
enum class Topic { kLabels, kRepeats, kSizes, kCharacters };

struct FindingKind {
  std::string_view id;
  Severity severity;
  Topic topic;
  std::string_view title, advice;  // with the placeholders {rows}, {total}, {share} and {detail}
  std::string_view title_zh, advice_zh;
};

// In the order in which a report names findings of equal severity.
std::span<const FindingKind> finding_kinds();
const FindingKind& finding_kind(std::string_view id);

std::string_view severity_name(Severity severity);  // "problem", "warning", "note"
std::string_view topic_name(Topic topic);           // "labels", "repeats", "sizes", "characters"

// Returns the sentence with the numbers of the finding.
std::string filled(std::string_view sentence, const Finding& finding);

}  // namespace hone::data
