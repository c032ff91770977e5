#include "eval/mistakes.h"

#include <algorithm>
#include <cmath>

namespace hone::eval {

namespace {

bool is_worse(const Mistake& a, const Mistake& b) { return a.loss != b.loss ? a.loss > b.loss : a.row < b.row; }

}  // namespace

Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - highest);
  const double loss = std::log(sum) + highest - logits[static_cast<size_t>(label)];
  return {row, label, predicted, std::exp(-loss), loss};
}

void WorstMistakes::add(const Mistake& mistake) {
  if (max_kept_ == 0) return;
  if (heap_.size() == max_kept_) {
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
