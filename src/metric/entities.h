// Precision, recall and F1 of entities, as seqeval computes them in its default mode (that of conlleval) and in its
// strict mode; the accuracy of the tags.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metric/report.h"
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

struct EntityCounts {
  uint64_t right = 0, predicted = 0, actual = 0;

  double precision() const;
  double recall() const;
  double f1() const;
  EntityCounts& operator+=(const EntityCounts& other);
};

// Counts the entities of sequences. Memory grows with the types, not with the sequences.
class EntityTally {
 public:
  // `tags` must outlive this object.
  explicit EntityTally(const TagSet& tags);

  // Ids of the right and of the predicted tags of one sequence, equally many.
  void add(std::span<const int32_t> truth, std::span<const int32_t> predicted);

  const TagSet& tags() const { return tags_; }
  // By type.
  const std::vector<EntityCounts>& counts() const { return counts_; }
  const std::vector<EntityCounts>& strict_counts() const { return strict_; }
  uint64_t num_words() const { return num_words_; }
  uint64_t num_right_words() const { return num_right_words_; }

 private:
  const TagSet& tags_;
  std::vector<EntityCounts> counts_, strict_;
  uint64_t num_words_ = 0, num_right_words_ = 0;
};

// Every metric of tagged words, in the order of logs and reports: transformers' run_ner.py's precision, recall, f1 and
// accuracy, then more.
std::span<const Metric> entity_metrics();

// Metrics, and a table of the types; the caller adds loss, rows and targets.
Report entity_report(const EntityTally& tally);

}  // namespace hone::metric
