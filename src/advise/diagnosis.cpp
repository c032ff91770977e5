#include "advise/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "advise/fitting.h"
#include "advise/measuring.h"
#include "advise/option_facts.h"
#include "advise/stability.h"

namespace hone::advise {

namespace {

constexpr DiagnosisKind kDiagnosisKinds[] = {
#include "advise/diagnoses.inc"
};
constexpr EvidenceRow kEvidenceRows[] = {
#include "advise/evidence.inc"
};
constexpr RemedyRow kRemedyRows[] = {
#include "advise/remedies.inc"
};

constexpr bool is_kind(std::string_view id) {
  return std::ranges::count_if(kDiagnosisKinds, [&](const DiagnosisKind& kind) { return kind.id == id; }) == 1;
}
static_assert(std::ranges::all_of(kEvidenceRows, [](const EvidenceRow& row) { return is_kind(row.diagnosis); }));
static_assert(std::ranges::all_of(kRemedyRows, [](const RemedyRow& row) { return is_kind(row.diagnosis); }));

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{:.4g}", value.get<double>());
  return value.dump();
}

// A kind with the function that looks for it.
struct Sign {
  std::string_view id;
  std::optional<Facts> (*find)(const History&);
  std::vector<std::string_view> unless;  // diagnoses that explain this one
};

const std::vector<Sign>& signs() {
  static const std::vector<Sign> kSigns = {
      {"unstable", find_unstable, {}},
      {"over_fitting", find_over_fitting, {"unstable"}},
      {"too_short", find_too_short, {"unstable", "over_fitting"}},
      {"under_fitting", find_under_fitting, {"unstable", "over_fitting", "too_short"}},
      {"ignored_class", find_ignored_class, {"unstable", "under_fitting"}},
      {"test_rows_chose", find_test_rows_chose, {}},
      {"noisy_validation", find_noisy_validation, {"unstable", "under_fitting"}},
      {"not_evaluated", find_not_evaluated, {}},
      {"not_logged", find_not_logged, {}},
  };
  return kSigns;
}

const DiagnosisKind& kind_of(std::string_view id) {
  return *std::ranges::find_if(kDiagnosisKinds, [&](const DiagnosisKind& kind) { return kind.id == id; });
}

}  // namespace

std::span<const DiagnosisKind> diagnosis_kinds() { return kDiagnosisKinds; }
std::span<const EvidenceRow> evidence_rows() { return kEvidenceRows; }
std::span<const RemedyRow> remedy_rows() { return kRemedyRows; }

std::string_view severity_name(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"problem", "warning", "note"};
  return kNames[static_cast<size_t>(severity)];
}

const Json* Facts::find(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  return found == values_.end() ? nullptr : &*found;
}

// Returns the sentence with its facts, or nullopt if one of them is unknown.
std::optional<std::string> Diagnosis::filled(std::string_view sentence) const {
  std::string result;
  while (!sentence.empty()) {
    const size_t begin = sentence.find('{');
    result += sentence.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const size_t end = sentence.find('}', begin);
    const std::string_view name = sentence.substr(begin + 1, end - begin - 1);
    const Json* value = facts.find(name);
    if (value == nullptr) value = options.find(name);
    if (value == nullptr) return std::nullopt;
    result += value_text(*value);
    sentence.remove_prefix(end + 1);
  }
  return result;
}

std::string Diagnosis::title(Language language) const {
  return filled(kind->title.in(language)).value_or(std::string(kind->id));
}

std::vector<std::string> Diagnosis::evidence(Language language) const {
  std::vector<std::string> sentences;
  for (const EvidenceRow& row : kEvidenceRows) {
    if (row.diagnosis != kind->id) continue;
    if (auto sentence = filled(row.text.in(language))) sentences.push_back(std::move(*sentence));
  }
  return sentences;
}

std::vector<Remedy> Diagnosis::remedies() const {
  std::vector<Remedy> remedies;
  for (const RemedyRow& row : kRemedyRows) {
    if (row.diagnosis != kind->id) continue;
    if (!row.condition.empty() && options.find(row.condition) == nullptr) continue;
    if (auto flags = filled(row.flags)) remedies.push_back({std::move(*flags), &row});
  }
  return remedies;
}

std::vector<Diagnosis> diagnose(const History& history) {
  const Facts options = option_facts(history);
  std::vector<Diagnosis> found;
  for (const Sign& sign : signs()) {
    const auto is_found = [&](std::string_view id) {
      return std::ranges::any_of(found, [&](const Diagnosis& diagnosis) { return diagnosis.kind->id == id; });
    };
    if (std::ranges::any_of(sign.unless, is_found)) continue;
    auto facts = sign.find(history);
    if (!facts) continue;
    found.push_back({&kind_of(sign.id), std::move(*facts), options});
  }
  std::ranges::stable_sort(found, {}, [](const Diagnosis& diagnosis) { return diagnosis.kind->severity; });
  return found;
}

}  // namespace hone::advise
