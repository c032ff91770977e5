// Diagnoses, each with its evidence and with remedies as options of `hone train`: those of a run come from its own
// curves and its confusion matrix (diagnose), those of a training that has not begun from rows and model (before.h).
// The sentences stand in tables: diagnoses.inc, evidence.inc and remedies.inc.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advise/facts.h"
#include "advise/history.h"

namespace hone::advise {

struct DiagnosisKind {
  std::string_view id;
  Severity severity;
  Sentence title, meaning;
};

// A sentence of a diagnosis. It is left out if one of its facts is unknown.
struct EvidenceRow {
  std::string_view diagnosis;
  Sentence text;
};

// What may help. `flags`: options of `hone train`, with facts in braces; empty: the remedy is no option. The row is
// left out if one of its facts is unknown, or the fact `condition`.
struct RemedyRow {
  std::string_view diagnosis, condition, flags;
  Sentence reason;
};

std::span<const DiagnosisKind> diagnosis_kinds();
std::span<const EvidenceRow> evidence_rows();
std::span<const RemedyRow> remedy_rows();

// Its texts are filled, such as "--num-train-epochs 2".
struct Remedy {
  std::string flags, reason_en, reason_zh;
  const RemedyRow* row = nullptr;

  const std::string& reason(Language language) const { return language == Language::kChinese ? reason_zh : reason_en; }
};

struct Diagnosis {
  const DiagnosisKind* kind = nullptr;
  Facts facts;    // what was measured
  Facts options;  // what the run's options leave to try

  std::string title(Language language) const;
  std::string meaning(Language language) const;
  // Returns the sentences whose facts are known.
  std::vector<std::string> evidence(Language language) const;
  std::vector<Remedy> remedies() const;
};

// Returns a diagnosis of the kind `id`, which is in the table. `options`: what fills its remedies beside the facts.
Diagnosis make_diagnosis(std::string_view id, Facts facts, Facts options = {});

// Returns what is wrong with a run, problems first; nothing if nothing is.
std::vector<Diagnosis> diagnose(const History& history);

}  // namespace hone::advise
