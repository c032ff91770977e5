// Finds the worst mistakes of a model. Memory grows with the number of kept mistakes, not with the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone::eval {

struct Mistake {
  uint64_t row = 0;
  int64_t label = 0, predicted = 0;
  double score = 0;  // the probability that the model gives the true label
  double loss = 0;   // -log(score)
};

// Makes a mistake from one row's finite logits [K]; `predicted` is the label with the highest logit.
Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted);

// Keeps the mistakes with the highest loss. The result does not depend on the order of add(). Equal losses are ordered
// by row.
class WorstMistakes {
 public:
  explicit WorstMistakes(size_t max_kept) : max_kept_(max_kept) {}

  bool keeps_any() const { return max_kept_ > 0; }
  void add(const Mistake& mistake);
  // Returns the mistakes, highest loss first.
  std::vector<Mistake> sorted() const;

 private:
  size_t max_kept_;
  std::vector<Mistake> heap_;  // the least bad one on top
};

}  // namespace hone::eval
