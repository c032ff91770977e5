// The rows with the highest loss. Memory grows with the number of rows kept, not with all rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hone::metric {

// Keeps the worst rows. The result does not depend on the order of add(). Equal losses are ordered by row. Row has the
// members `row` and `loss`, which is finite.
template <typename Row>
class WorstRows {
 public:
  explicit WorstRows(size_t max_kept) : max_kept_(max_kept) {}

  bool keeps_any() const { return max_kept_ > 0; }

  void add(const Row& row) {
    if (max_kept_ == 0) return;
    if (heap_.size() == max_kept_) {
      if (!is_worse(row, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), is_worse);
      heap_.pop_back();
    }
    heap_.push_back(row);
    std::push_heap(heap_.begin(), heap_.end(), is_worse);
  }

  // Returns the rows, highest loss first.
  std::vector<Row> sorted() const {
    std::vector<Row> rows = heap_;
    std::sort(rows.begin(), rows.end(), is_worse);
    return rows;
  }

 private:
  static bool is_worse(const Row& a, const Row& b) { return a.loss != b.loss ? a.loss > b.loss : a.row < b.row; }

  size_t max_kept_;
  std::vector<Row> heap_;  // the least bad one on top
};

}  // namespace hone::metric
