// Diagnoses of a run from its own curves and its confusion matrix, each with its evidence and with remedies as options
// of `hone train`. The sentences stand in tables: diagnoses.inc, evidence.inc and remedies.inc.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "advise/history.h"

namespace hone::advise {

enum class Severity { kProblem, kWarning, kNote };

std::string_view severity_name(Severity severity);  // "problem", "warning", "note"

enum class Language { kEnglish, kChinese };

// A sentence in each language. {name} stands for the fact of that name.
struct Sentence {
  std::string_view en, zh;
  std::string_view in(Language language) const { return language == Language::kChinese ? zh : en; }
};

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

// Numbers and texts by name, in the order in which they were found.
class Facts {
 public:
  void set(std::string_view name, Json value) { values_[std::string(name)] = std::move(value); }
  const Json& values() const { return values_; }
  // Returns the value, or null if it is unknown.
  const Json* find(std::string_view name) const;

 private:
  Json values_ = Json::object();
};

struct Remedy {
  std::string flags;  // filled, such as "--num-train-epochs 2"
  const RemedyRow* row = nullptr;
};

struct Diagnosis {
  const DiagnosisKind* kind = nullptr;
  Facts facts;    // what was measured
  Facts options;  // what the run's options leave to try

  std::string title(Language language) const;
  // Returns the sentences whose facts are known.
  std::vector<std::string> evidence(Language language) const;
  std::vector<Remedy> remedies() const;

 private:
  std::optional<std::string> filled(std::string_view sentence) const;
};

// Returns what is wrong with a run, problems first; nothing if nothing is.
std::vector<Diagnosis> diagnose(const History& history);

}  // namespace hone::advise
