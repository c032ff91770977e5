// The rows that a model gets most wrong, kept while a set streams through: memory is that of the rows asked for.
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

// Of one row's logits [K], of which `predicted` is the highest.
Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted);

// The mistakes of highest loss. Which ones are kept does not depend on the order in which they come.
class WorstMistakes {
 public:
  explicit WorstMistakes(size_t most) : most_(most) {}

  void add(const Mistake& mistake);
  // The highest loss first.
  std::vector<Mistake> sorted() const;

 private:
  size_t most_;
  std::vector<Mistake> heap_;  // the least bad one on top
};

}  // namespace hone::eval
