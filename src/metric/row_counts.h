// How often each row counts in a metric: once, or as often as a resample drew it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hone::metric {

class RowCounts {
 public:
  RowCounts() = default;  // every row counts once
  explicit RowCounts(std::span<const uint32_t> counts) : counts_(counts) {}

  uint32_t operator[](size_t row) const { return counts_.empty() ? 1 : counts_[row]; }

 private:
  std::span<const uint32_t> counts_;
};

}  // namespace hone::metric
