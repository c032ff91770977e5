// A heap of the worst rows. A loss that is not a number counts as the worst of all.
#include "eval/mistakes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hone::eval {

namespace {

double badness(const Mistake& mistake) {
  return std::isnan(mistake.loss) ? std::numeric_limits<double>::infinity() : mistake.loss;
}

bool is_worse(const Mistake& a, const Mistake& b) {
  return badness(a) != badness(b) ? badness(a) > badness(b) : a.row < b.row;
}

}  // namespace

Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - highest);
  const double loss = std::log(sum) + highest - logits[static_cast<size_t>(label)];
  return {row, label, predicted, std::exp(-loss), loss};
}

void WorstMistakes::add(const Mistake& mistake) {
  if (most_ == 0) return;
  if (heap_.size() == most_) {
    if (!is_worse(mistake, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), is_worse);
    heap_.pop_back();
  }
  heap_.push_back(mistake);
  std::push_heap(heap_.begin(), heap_.end(), is_worse);
}

std::vector<Mistake> WorstMistakes::sorted() const {
  std::vector<Mistake> mistakes = heap_;
  std::sort(mistakes.begin(), mistakes.end(), is_worse);
  return mistakes;
}

}  // namespace hone::eval
