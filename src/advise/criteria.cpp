#include "advise/criteria.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/byte_size.h"
#include "base/progress.h"

namespace hone::advise {

namespace {

constexpr CriterionRow kCriterionRows[] = {
#include "advise/criteria.inc"
};

struct LanguageName {
  std::string_view en, zh;
};
constexpr LanguageName kChineseNames[] = {
#include "advise/language_names.inc"
};

constexpr double kUnfitUnknown = 0.1, kWeakUnknown = 0.01;       // of the tokens
constexpr double kWeakPiecesOfWord = 2, kUnfitPiecesOfWord = 4;  // an English word takes 1.2 to 1.4 pieces
constexpr double kWeakPiecesOfCharacter = 1.5, kUnfitPiecesOfCharacter = 2.2;
constexpr double kUnknownCost = 10;  // an unknown token costs as much as this many pieces more
constexpr double kLostCaseCost = 1.1;
constexpr double kEquallyGood = 1.03;
constexpr double kManyCapitals = 0.02, kManyAccents = 0.01;  // of the words
constexpr double kManyTooLong = 0.05;
constexpr uint64_t kFewRowsOfClass = 20, kFewTrainingRows = 100;
constexpr double kLongRunSeconds = 3600;

bool needs_case(const RowsFacts& rows) { return rows.task == "token-classification"; }

double fitting_cost(const CheckpointFacts& checkpoint, const RowsFacts& rows) {
  const bool loses_case = needs_case(rows) && checkpoint.lowers_case && rows.capital_share > kManyCapitals;
  return pieces(checkpoint, rows) * (1 + kUnknownCost * checkpoint.unknown_share) * (loses_case ? kLostCaseCost : 1);
}

void set_fit(const CheckpointFacts& checkpoint, const RowsFacts& rows, Facts& facts) {
  facts.set("unknown_share", share_text(checkpoint.unknown_share));
  facts.set(rows.has_spaces ? "per_word" : "per_character", fmt::format("{:.2f}", pieces(checkpoint, rows)));
  facts.set("script_share", share_text(checkpoint.script_share));
  const VocabularyFit fit = vocabulary_fit(checkpoint, rows);
  constexpr std::array<std::string_view, 3> kConditions = {"is_fit", "is_weak", "is_unfit"};
  facts.set(kConditions[static_cast<size_t>(fit)], true);
}

void set_language(const RowsFacts& rows, Facts& facts) {
  if (rows.script != "none" && rows.script != "other") facts.set("script", rows.script);
  if (rows.language == "undetermined" || rows.language == "other") return facts.set("is_other_language", true);
  facts.set("language", rows.language);
  facts.set("language_zh", chinese_name(rows.language));
  facts.set(rows.language == "Chinese"   ? "is_chinese"
            : rows.language == "English" ? "is_english"
                                         : "is_other_language",
            true);
}

void set_case(const CheckpointFacts& model, const RowsFacts& rows, Facts& facts) {
  facts.set("capital_share", share_text(rows.capital_share));
  facts.set("accent_share", share_text(rows.accent_share));
  const bool has_capitals = rows.capital_share > kManyCapitals;
  constexpr std::string_view kCasedScripts[] = {"Latin", "Cyrillic", "Greek", "Armenian"};
  const bool has_case = std::ranges::find(kCasedScripts, rows.script) != std::end(kCasedScripts);
  if (!has_case) return facts.set("has_no_case", true);
  if (rows.capital_share == 0) return facts.set("has_no_capitals", true);
  if (!model.lowers_case) return facts.set(has_capitals ? "keeps_case" : "keeps_needless_case", true);
  facts.set(needs_case(rows) && has_capitals ? "loses_needed_case" : "loses_case", true);
}

void set_size(const Before& before, Facts& facts) {
  const CheckpointFacts& model = before.model();
  facts.set("millions", fmt::format("{:.1f}", static_cast<double>(model.num_parameters) / 1e6));
  facts.set(model.num_parameters < kSmallModel   ? "is_small"
            : model.num_parameters < kLargeModel ? "is_base"
                                                 : "is_large",
            true);
  if (before.memory_bytes > 0) facts.set("memory", described_bytes(before.memory_bytes));
  // Weights, gradients and Adam's two means, in fp32.
  facts.set("state", described_bytes(16 * static_cast<uint64_t>(std::max<int64_t>(0, model.num_parameters))));
}

// The model and, if another one is better, that one.
void set_comparison(const Before& before, Facts& facts) {
  const CheckpointFacts& model = before.model();
  facts.set("model", model.folder);
  const auto usable = std::ranges::count_if(before.checkpoints, [](const auto& row) { return row.error.empty(); });
  const CheckpointFacts& best = before.checkpoints[best_checkpoint(before)];
  if (usable < 2) return facts.set("is_alone", true);
  facts.set("num_compared", usable);
  facts.set(&best == &model ? "is_best" : "is_not_best", true);
  facts.set("best", best.folder);
  facts.set("best_unknown_share", share_text(best.unknown_share));
  facts.set(before.rows.has_spaces ? "best_per_word" : "best_per_character",
            fmt::format("{:.2f}", pieces(best, before.rows)));
}

Facts facts_of(const Before& before) {
  const CheckpointFacts& model = before.model();
  const RowsFacts& rows = before.rows;
  Facts facts;
  set_comparison(before, facts);
  set_language(rows, facts);
  set_fit(model, rows, facts);
  set_case(model, rows, facts);
  set_size(before, facts);
  facts.set("max_length", model.max_length);
  facts.set("too_long_share", share_text(model.too_long_share));
  facts.set("task", rows.task);
  if (model.trained_task == rows.task) facts.set("trained_task", model.trained_task);
  if (!rows.classes.empty()) facts.set("num_classes", rows.classes.size());
  if (!model.licence.empty()) facts.set("licence", model.licence);
  facts.set("family", model.family);
  facts.set("is_" + model.family, true);
  return facts;
}

class Finder {
 public:
  Finder(const Before& before, const BatchPlan& batch, std::span<const Choice> choices)
      : before_(before), rows_(before.rows), batch_(batch), choices_(choices), facts_(facts_of(before)) {}

  std::vector<Diagnosis> all() {
    vocabulary();
    letters();
    lengths();
    labels();
    if (!before_.measured.empty() && before_.measured.front().error.empty()) machine(before_.measured.front());
    std::ranges::stable_sort(found_, {}, [](const Diagnosis& diagnosis) { return diagnosis.kind->severity; });
    return std::move(found_);
  }

 private:
  void add(std::string_view id, Facts more = {}) { found_.push_back(make_diagnosis(id, std::move(more), facts_)); }

  void vocabulary() {
    const VocabularyFit fit = vocabulary_fit(before_.model(), rows_);
    Facts shown;
    for (const char* name : {"unknown_share", "per_word", "per_character", "script_share", "language"}) {
      if (const Json* value = facts_.find(name)) shown.set(name, *value);
    }
    const double weak = rows_.has_spaces ? kWeakPiecesOfWord : kWeakPiecesOfCharacter;
    if (pieces(before_.model(), rows_) > weak) {  // else the unknown tokens are the reason
      const char* const name = rows_.has_spaces ? "per_word" : "per_character";
      shown.set(rows_.has_spaces ? "many_per_word" : "many_per_character", *facts_.find(name));
    }
    if (fit == VocabularyFit::kUnfit) return add("vocabulary_unfit", shown);
    if (fit == VocabularyFit::kWeak) return add("vocabulary_weak", shown);
    if (facts_.find("is_not_best") != nullptr) add("better_checkpoint", shown);
  }

  void letters() {
    const CheckpointFacts& model = before_.model();
    if (facts_.find("loses_needed_case") != nullptr) add("case_lost");
    if (facts_.find("keeps_needless_case") != nullptr ||
        (rows_.has_spaces && rows_.script == "Latin" && facts_.find("has_no_capitals") != nullptr &&
         !model.lowers_case)) {
      add("case_needless");
    }
    if (model.strips_accents && rows_.accent_share > kManyAccents) add("accents_lost");
  }

  void lengths() {
    const Json* const length = chosen(choices_, "max_seq_length");
    if (length == nullptr || rows_.lengths.empty()) return;
    const auto limit = length->get<int64_t>();
    const auto above = std::ranges::count_if(rows_.lengths, [&](uint32_t tokens) { return tokens > limit; });
    const double share = static_cast<double>(above) / static_cast<double>(rows_.lengths.size());
    if (share <= kManyTooLong) return;
    Facts facts;
    facts.set("limit", limit);
    facts.set("cut_share", share_text(share));
    facts.set("longest", rows_.lengths.back());
    facts.set("half_limit", std::max<int64_t>(16, limit / 2));
    if (chosen(choices_, "long_text") != nullptr) facts.set("reads_windows", true);
    add("rows_too_long", facts);
  }

  void labels() {
    Facts facts;
    facts.set("rows", rows_.num_train);
    if (!rows_.classes.empty()) {
      const auto [least, most] = std::ranges::minmax(rows_.classes, {}, &ClassCount::rows);
      uint64_t all = 0;
      for (const ClassCount& row : rows_.classes) all += row.rows;
      facts.set("least", least.name);
      facts.set("least_rows", least.rows);
      facts.set("most", most.name);
      facts.set("most_share",
                share_text(static_cast<double>(most.rows) / static_cast<double>(std::max<uint64_t>(1, all))));
      if (is_imbalanced(rows_)) add("imbalanced", facts);
      if (least.rows < kFewRowsOfClass) return add("few_rows", facts);
    }
    if (rows_.num_train < kFewTrainingRows) add("few_rows", facts);
  }

  void machine(const Measured& all) {
    Facts facts;
    facts.set("peak", described_bytes(all.peak_bytes));
    if (before_.memory_bytes > 0) facts.set("memory", described_bytes(before_.memory_bytes));
    facts.set("longest_tokens", all.longest_tokens);
    for (const Measured& other : before_.measured) {
      const bool fits = before_.memory_bytes == 0 || other.peak_bytes <= before_.memory_bytes;
      if (!other.error.empty() || !fits || other.part == TrainedPart::kAll) continue;
      const bool is_head = other.part == TrainedPart::kHead;
      facts.set(is_head ? "head_peak" : "lora_peak", described_bytes(other.peak_bytes));
      facts.set(is_head ? "head_time" : "lora_time", format_duration(run_seconds(other, epochs())));
    }
    if (!batch_.fits) return add("memory_too_small", facts);
    const double seconds = run_seconds(all, epochs());
    facts.set("time", format_duration(seconds));
    facts.set("epoch_time", format_duration(all.epoch_seconds));
    facts.set("steps", all.num_steps);
    if (seconds > kLongRunSeconds) add("takes_long", facts);
  }

  double epochs() const {
    const Json* const value = chosen(choices_, "num_train_epochs");
    return value == nullptr ? 1 : value->get<double>();
  }

  const Before& before_;
  const RowsFacts& rows_;
  const BatchPlan& batch_;
  std::span<const Choice> choices_;
  Facts facts_;
  std::vector<Diagnosis> found_;
};

}  // namespace

std::span<const CriterionRow> criterion_rows() { return kCriterionRows; }

std::string Criterion::text(Language language) const { return filled(row->text.in(language), {&facts}).value_or(""); }

double pieces(const CheckpointFacts& checkpoint, const RowsFacts& rows) {
  return rows.has_spaces ? checkpoint.tokens_per_word : checkpoint.tokens_per_character;
}

VocabularyFit vocabulary_fit(const CheckpointFacts& checkpoint, const RowsFacts& rows) {
  const double count = pieces(checkpoint, rows), unknown = checkpoint.unknown_share;
  const double unfit = rows.has_spaces ? kUnfitPiecesOfWord : kUnfitPiecesOfCharacter;
  const double weak = rows.has_spaces ? kWeakPiecesOfWord : kWeakPiecesOfCharacter;
  if (unknown > kUnfitUnknown || count > unfit) return VocabularyFit::kUnfit;
  return unknown > kWeakUnknown || count > weak ? VocabularyFit::kWeak : VocabularyFit::kGood;
}

size_t best_checkpoint(const Before& before) {
  const auto cost = [&](const CheckpointFacts& row) {
    return row.error.empty() ? fitting_cost(row, before.rows) : INFINITY;
  };
  const double lowest = cost(*std::ranges::min_element(before.checkpoints, {}, cost));
  size_t best = before.checkpoints.size();
  for (size_t i = 0; i < before.checkpoints.size(); ++i) {
    if (!before.checkpoints[i].error.empty() || cost(before.checkpoints[i]) > kEquallyGood * lowest) continue;
    const bool is_smaller = best == before.checkpoints.size() ||
                            before.checkpoints[i].num_parameters < before.checkpoints[best].num_parameters;
    if (is_smaller) best = i;
  }
  return best < before.checkpoints.size() ? best : 0;
}

std::vector<Criterion> judge(const Before& before) {
  const Facts facts = facts_of(before);
  std::vector<Criterion> judged;
  std::set<std::string_view> done;
  for (const CriterionRow& row : kCriterionRows) {
    const bool holds = row.condition.empty() || facts.find(row.condition) != nullptr;
    if (!holds || done.contains(row.criterion) || !filled(row.text.en, {&facts})) continue;
    done.insert(row.criterion);
    judged.push_back({&row, facts});
  }
  return judged;
}

std::vector<Diagnosis> find_before(const Before& before, const BatchPlan& batch, std::span<const Choice> choices) {
  return Finder(before, batch, choices).all();
}

std::string_view chinese_name(std::string_view language) {
  const auto* const row = std::ranges::find(kChineseNames, language, &LanguageName::en);
  return row == std::end(kChineseNames) ? language : row->zh;
}

}  // namespace hone::advise
