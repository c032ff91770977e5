// Which checkpoint fits the rows, by S4's criteria: language, case, size, length, head, licence; and what is wrong with
// rows, checkpoint or machine before a training begins. The sentences stand in criteria.inc and before_*.inc.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "advise/before.h"
#include "advise/choices.h"
#include "advise/diagnosis.h"

namespace hone::advise {

// A sentence about a criterion. It holds if the fact `condition` is known (empty: always) and those of the sentence.
struct CriterionRow {
  std::string_view criterion, condition;
  Sentence text;
};

std::span<const CriterionRow> criterion_rows();

struct Criterion {
  const CriterionRow* row = nullptr;
  Facts facts;

  std::string text(Language language) const;
};

// How well a vocabulary fits the rows.
enum class VocabularyFit { kGood, kWeak, kUnfit };
VocabularyFit vocabulary_fit(const CheckpointFacts& checkpoint, const RowsFacts& rows);

// Returns the pieces per word, or per character of a language without spaces.
double pieces(const CheckpointFacts& checkpoint, const RowsFacts& rows);

// Returns the index of the checkpoint whose vocabulary fits best: few pieces, hardly any unknown token, capitals if the
// task needs them. Of those that are equally good within 3 %, the smallest one. The checkpoints without an error only;
// there is one.
size_t best_checkpoint(const Before& before);

// Returns one sentence for each criterion about --model, with the comparison last.
std::vector<Criterion> judge(const Before& before);

// Returns what is wrong or worth knowing, problems first. `batch`: of the advised training.
std::vector<Diagnosis> find_before(const Before& before, const BatchPlan& batch, std::span<const Choice> choices);

// Returns the name of a language in Chinese; the English one if it has none here.
std::string_view chinese_name(std::string_view language);

}  // namespace hone::advise
