#include "advise/diagnosis.h"

#include <algorithm>
#include <utility>

#include "advise/fitting.h"
#include "advise/measuring.h"
#include "advise/option_facts.h"
#include "advise/stability.h"

namespace hone::advise {

namespace {

constexpr DiagnosisKind kDiagnosisKinds[] = {
#include "advise/before_diagnoses.inc"
#include "advise/diagnoses.inc"
};
constexpr EvidenceRow kEvidenceRows[] = {
#include "advise/before_evidence.inc"
#include "advise/evidence.inc"
};
constexpr RemedyRow kRemedyRows[] = {
#include "advise/before_remedies.inc"
#include "advise/remedies.inc"
};

constexpr bool is_kind(std::string_view id) {
  return std::ranges::count_if(kDiagnosisKinds, [&](const DiagnosisKind& kind) { return kind.id == id; }) == 1;
}
static_assert(std::ranges::all_of(kEvidenceRows, [](const EvidenceRow& row) { return is_kind(row.diagnosis); }));
static_assert(std::ranges::all_of(kRemedyRows, [](const RemedyRow& row) { return is_kind(row.diagnosis); }));

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

std::string Diagnosis::title(Language language) const {
  return filled(kind->title.in(language), {&facts, &options}).value_or(std::string(kind->id));
}

std::string Diagnosis::meaning(Language language) const {
  return filled(kind->meaning.in(language), {&facts, &options}).value_or("");
}

std::vector<std::string> Diagnosis::evidence(Language language) const {
  std::vector<std::string> sentences;
  for (const EvidenceRow& row : kEvidenceRows) {
    if (row.diagnosis != kind->id) continue;
    if (auto sentence = filled(row.text.in(language), {&facts, &options})) sentences.push_back(std::move(*sentence));
  }
  return sentences;
}

std::vector<Remedy> Diagnosis::remedies() const {
  std::vector<Remedy> remedies;
  for (const RemedyRow& row : kRemedyRows) {
    if (row.diagnosis != kind->id) continue;
    const bool is_unmet =
        !row.condition.empty() && options.find(row.condition) == nullptr && facts.find(row.condition) == nullptr;
    if (is_unmet) continue;
    auto flags = filled(row.flags, {&facts, &options}), en = filled(row.reason.en, {&facts, &options});
    auto zh = filled(row.reason.zh, {&facts, &options});
    if (flags && en && zh) remedies.push_back({std::move(*flags), std::move(*en), std::move(*zh), &row});
  }
  return remedies;
}

Diagnosis make_diagnosis(std::string_view id, Facts facts, Facts options) {
  return {&kind_of(id), std::move(facts), std::move(options)};
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
    found.push_back(make_diagnosis(sign.id, std::move(*facts), options));
  }
  std::ranges::stable_sort(found, {}, [](const Diagnosis& diagnosis) { return diagnosis.kind->severity; });
  return found;
}

}  // namespace hone::advise
