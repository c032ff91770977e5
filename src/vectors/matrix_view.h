// Rows of float32 that lie one after another.
#pragma once

#include <cstdint>
#include <span>

namespace hone::vectors {

struct MatrixView {
  const float* data = nullptr;
  uint64_t num_rows = 0, width = 0;

  const float* row(uint64_t index) const { return data + index * width; }
  std::span<const float> values(uint64_t index) const { return {row(index), static_cast<size_t>(width)}; }
  MatrixView part(uint64_t begin, uint64_t count) const { return {row(begin), count, width}; }
};

}  // namespace hone::vectors
