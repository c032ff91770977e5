// Precision, recall and F1 of entities, as seqeval computes them in its default mode (that of conlleval) and in its
// strict mode; the accuracy of the tags.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metric/bootstrap.h"
#include "metric/counts.h"
#include "metric/report.h"
#include "metric/row_counts.h"
#include "metric/tags.h"

namespace hone::metric {

// The words [begin, end) of a sequence.
struct Entity {
  int32_t type = 0;  // index in TagSet::types()
  uint32_t begin = 0, end = 0;
  friend auto operator<=>(const Entity&, const Entity&) = default;
};

// Every run of words that a tag begins or continues: I- without B- begins an entity too. As seqeval's get_entities.
std::vector<Entity> entities_of(std::span<const Tag> tags);

// Only entities that are written as the scheme requires. As seqeval's strict mode with the scheme.
std::vector<Entity> strict_entities_of(std::span<const Tag> tags, const TagScheme& scheme);

// The counts of a set of rows.
struct EntityTotals {
  std::vector<Counts> of_types, strict;  // by type
  double words = 0, right_words = 0;
};

// Counts the entities of sequences, row by row. Memory grows with the rows and the types that they have.
class EntityTally {
 public:
  // `tags` must outlive this object.
  explicit EntityTally(const TagSet& tags) : tags_(tags) {}

  // Ids of the right and of the predicted tags of one sequence, equally many; may be empty.
  void add(std::span<const int32_t> truth, std::span<const int32_t> predicted);

  const TagSet& tags() const { return tags_; }
  EntityTotals totals(RowCounts counts = {}) const;

 private:
  struct OfType {
    int32_t type = 0;
    Counts counts, strict;
  };
  struct Row {
    size_t first_type = 0;  // of of_types_; the row's types end where those of the next row begin
    double words = 0, right_words = 0;
  };

  const TagSet& tags_;
  std::vector<Row> rows_;
  std::vector<OfType> of_types_;
};

// Every metric of tagged words, in the order of logs and reports: transformers' run_ner.py's precision, recall, f1 and
// accuracy, then more.
std::span<const Metric> entity_metrics();

// Computes the values of entity_report for resamples of the rows; refers to the tally.
Resampler entity_resampler(const EntityTally& tally);

// Metrics, and a table of the types; the caller adds loss, rows and targets.
Report entity_report(const EntityTally& tally);

}  // namespace hone::metric
