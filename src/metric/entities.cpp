#include "metric/entities.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/error.h"

namespace hone::metric {

namespace {

bool ends(const Tag& tag) { return tag.role == TagRole::kEnd || tag.role == TagRole::kSingle; }
bool begins(const Tag& tag) { return tag.role == TagRole::kBegin || tag.role == TagRole::kSingle; }
bool is_outside(const Tag& tag) { return tag.role == TagRole::kOutside; }

// Whether strict mode lets an entity begin at `tag`, go on at it, and end before it; `before` is the tag of the word
// before. The patterns of seqeval's schemes.
struct StrictRules {
  std::string_view scheme;
  bool (*begins)(const Tag& before, const Tag& tag);
  bool (*continues)(const Tag& before, const Tag& tag);
  bool (*has_ended)(const Tag& before, const Tag& tag);
};

bool begins_with_prefix(const Tag&, const Tag& tag) { return begins(tag); }

// I- begins an entity after anything but an entity of its type that it would continue; B- only after its own type.
bool begins_in_iob1(const Tag& before, const Tag& tag) {
  if (tag.role == TagRole::kBegin) return !is_outside(before) && before.type == tag.type;
  if (tag.role != TagRole::kInside) return false;
  return before.role != TagRole::kInside || before.type != tag.type;
}

bool has_always_ended(const Tag&, const Tag&) { return true; }
bool has_ended_by_prefix(const Tag& before, const Tag&) { return ends(before); }
bool has_ended_in_iob1(const Tag& before, const Tag& tag) {
  return !(before.role == TagRole::kBegin && tag.role == TagRole::kBegin && before.type != tag.type);
}

constexpr StrictRules kStrict[] = {
    {"IO", begins_in_iob1, continues_entity, has_ended_in_iob1},
    {"BIO", begins_with_prefix, continues_entity, has_always_ended},
    {"BIOES", begins_with_prefix, continues_entity, has_ended_by_prefix},
    {"BILOU", begins_with_prefix, continues_entity, has_ended_by_prefix},
    {"BMES", begins_with_prefix, continues_entity, has_ended_by_prefix},
    {"IOB1", begins_in_iob1, continues_entity, has_ended_in_iob1},
    {"none", begins_in_iob1, continues_entity, has_ended_in_iob1},
};

const StrictRules& rules_of(const TagScheme& scheme) {
  const auto found = std::ranges::find(kStrict, scheme.name, &StrictRules::scheme);
  check_internal(found != std::end(kStrict), "each scheme has strict rules");
  return *found;
}

// The counts of one row by type.
using RowEntities = std::map<int32_t, Counts>;

RowEntities counted_entities(std::vector<Entity> truth, std::vector<Entity> predicted) {
  std::ranges::sort(truth);
  RowEntities counts;
  for (const Entity& entity : truth) ++counts[entity.type].actual;
  for (const Entity& entity : predicted) {
    Counts& of_type = counts[entity.type];
    ++of_type.predicted;
    of_type.right += std::ranges::binary_search(truth, entity) ? 1 : 0;
  }
  return counts;
}

Counts sum_of(const std::vector<Counts>& counts) {
  Counts sum;
  for (const Counts& each : counts) sum.add(each);
  return sum;
}

// What every metric is computed from.
struct Results {
  explicit Results(EntityTotals totals)
      : of_type(std::move(totals.of_types)),
        all(sum_of(of_type)),
        strict(sum_of(totals.strict)),
        accuracy(ratio(totals.right_words, totals.words)) {}

  std::vector<Counts> of_type;
  Counts all, strict;
  double accuracy;
};

using Score = double (Counts::*)() const;

template <Score score>
double of_all(const Results& results) {
  return (results.all.*score)();
}

template <Score score>
double of_strict(const Results& results) {
  return (results.strict.*score)();
}

double accuracy(const Results& results) { return results.accuracy; }

// Types that occur neither in the truth nor in the predictions do not count, as in seqeval.
template <Score score>
double macro(const Results& results) {
  double sum = 0, num_types = 0;
  for (const Counts& counts : results.of_type) {
    if (counts.actual + counts.predicted == 0) continue;
    sum += (counts.*score)();
    ++num_types;
  }
  return ratio(sum, num_types);
}

template <Score score>
double weighted(const Results& results) {
  double sum = 0;
  for (const Counts& counts : results.of_type) sum += (counts.*score)() * counts.actual;
  return ratio(sum, results.all.actual);
}

struct EntityMetric {
  Metric metric;
  double (*compute)(const Results& results);
};

constexpr std::string_view kEntities = "over the entities of all types", kMacro = "mean over the types";
constexpr std::string_view kStrictDoc = "over the entities that are written as their scheme requires";

constexpr EntityMetric kMetrics[] = {
    {{"precision", kEntities, Better::kHigher, true}, of_all<&Counts::precision>},
    {{"recall", kEntities, Better::kHigher, true}, of_all<&Counts::recall>},
    {{"f1", kEntities, Better::kHigher, true}, of_all<&Counts::f1>},
    {{"accuracy", "share of the words whose tag is right", Better::kHigher, true, true}, accuracy},
    {{"f1_macro", kMacro}, macro<&Counts::f1>},
    {{"f1_weighted", "mean over the types, weighted by their entities"}, weighted<&Counts::f1>},
    {{"precision_strict", kStrictDoc}, of_strict<&Counts::precision>},
    {{"recall_strict", kStrictDoc}, of_strict<&Counts::recall>},
    {{"f1_strict", kStrictDoc}, of_strict<&Counts::f1>},
};

Json row_of(double precision, double recall, double f1, double support) {
  return {{"precision", precision}, {"recall", recall}, {"f1", f1}, {"support", static_cast<uint64_t>(support)}};
}

Json row_of(const Counts& counts) { return row_of(counts.precision(), counts.recall(), counts.f1(), counts.actual); }

Json type_table(const EntityTally& tally, const Results& results) {
  Json rows = Json::object();
  for (size_t type = 0; type < tally.tags().types().size(); ++type) {
    append_member(rows, tally.tags().types()[type], row_of(results.of_type[type]));
  }
  Json table = {{"key", "type"}, {"columns", {"precision", "recall", "f1", "support"}}};
  table["rows"] = std::move(rows);
  table["averages"] = {{"micro", row_of(results.all)},
                       {"macro", row_of(macro<&Counts::precision>(results), macro<&Counts::recall>(results),
                                        macro<&Counts::f1>(results), results.all.actual)},
                       {"weighted", row_of(weighted<&Counts::precision>(results), weighted<&Counts::recall>(results),
                                           weighted<&Counts::f1>(results), results.all.actual)}};
  return table;
}

}  // namespace

std::vector<Entity> entities_of(std::span<const Tag> tags) {
  std::vector<Entity> entities;
  Tag before;
  for (uint32_t i = 0; i < tags.size(); ++i) {
    const Tag& tag = tags[i];
    const bool goes_on = !is_outside(before) && !ends(before) && !begins(tag) && before.type == tag.type;
    if (goes_on) {
      entities.back().end = i + 1;
    } else if (!is_outside(tag)) {
      entities.push_back({tag.type, i, i + 1});
    }
    before = tag;
  }
  return entities;
}

std::vector<Entity> strict_entities_of(std::span<const Tag> tags, const TagScheme& scheme) {
  const StrictRules& rules = rules_of(scheme);
  const auto at = [&](size_t i) { return i < tags.size() ? tags[i] : Tag{}; };
  std::vector<Entity> entities;
  Tag before;
  for (size_t i = 0; i < tags.size();) {
    size_t end = i + 1;
    if (rules.begins(before, tags[i])) {
      while (rules.continues(at(end - 1), at(end))) ++end;
      if (rules.has_ended(at(end - 1), at(end))) {
        entities.push_back({tags[i].type, static_cast<uint32_t>(i), static_cast<uint32_t>(end)});
      }
    }
    i = end;
    before = at(i - 1);
  }
  return entities;
}

void EntityTally::add(std::span<const int32_t> truth, std::span<const int32_t> predicted) {
  check_internal(truth.size() == predicted.size(), "each word has a right and a predicted tag");
  const auto tags_of = [&](std::span<const int32_t> ids) {
    std::vector<Tag> tags;
    tags.reserve(ids.size());
    for (const int32_t id : ids) tags.push_back(tags_.tag(static_cast<size_t>(id)));
    return tags;
  };
  const std::vector<Tag> right_tags = tags_of(truth), predicted_tags = tags_of(predicted);
  RowEntities counts = counted_entities(entities_of(right_tags), entities_of(predicted_tags));
  const RowEntities strict = counted_entities(strict_entities_of(right_tags, tags_.scheme()),
                                              strict_entities_of(predicted_tags, tags_.scheme()));
  Row row{.first_type = of_types_.size(), .words = static_cast<double>(truth.size())};
  for (size_t i = 0; i < truth.size(); ++i) row.right_words += truth[i] == predicted[i] ? 1 : 0;
  rows_.push_back(row);
  for (const auto& [type, of_type] : strict) counts.try_emplace(type);
  for (const auto& [type, of_type] : counts) {
    const auto found = strict.find(type);
    of_types_.push_back({type, of_type, found == strict.end() ? Counts() : found->second});
  }
}

EntityTotals EntityTally::totals(RowCounts counts) const {
  const size_t num_types = tags_.types().size();
  EntityTotals totals{std::vector<Counts>(num_types), std::vector<Counts>(num_types)};
  for (size_t row = 0; row < rows_.size(); ++row) {
    const double times = counts[row];
    totals.words += times * rows_[row].words;
    totals.right_words += times * rows_[row].right_words;
    const size_t end = row + 1 < rows_.size() ? rows_[row + 1].first_type : of_types_.size();
    for (size_t i = rows_[row].first_type; i < end; ++i) {
      const auto type = static_cast<size_t>(of_types_[i].type);
      totals.of_types[type].add(of_types_[i].counts, times);
      totals.strict[type].add(of_types_[i].strict, times);
    }
  }
  return totals;
}

std::span<const Metric> entity_metrics() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> metrics;
    for (const EntityMetric& row : kMetrics) metrics.push_back(row.metric);
    return metrics;
  }();
  return all;
}

Resampler entity_resampler(const EntityTally& tally) {
  return [&tally](RowCounts counts) {
    const Results results(tally.totals(counts));
    std::vector<double> values;
    for (const EntityMetric& row : kMetrics) values.push_back(row.compute(results));
    return values;
  };
}

Report entity_report(const EntityTally& tally) {
  const Results results(tally.totals());
  Report report{.headline = {"precision", "recall", "f1", "accuracy", "f1_strict"}};
  for (const EntityMetric& row : kMetrics) report.values.emplace_back(row.metric.name, row.compute(results));
  report.remark =
      fmt::format("f1_strict counts only entities that are written in the scheme {}", tally.tags().scheme().name);
  report.panels.push_back({"table", "per_type", "Entities", type_table(tally, results)});
  return report;
}

}  // namespace hone::metric
