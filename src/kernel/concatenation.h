// Several arrays viewed as one, so that a loop over all their elements divides into equal parts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hone::kernel {

class Concatenation {
 public:
  void append(int64_t size) { ends_.push_back(this->size() + size); }

  int64_t size() const { return ends_.empty() ? 0 : ends_.back(); }

  // Calls f(array, first, count) for each part of an array that lies in [begin, end) of the whole, in order.
  template <typename F>
  void for_each_stretch(int64_t begin, int64_t end, F f) const {
    auto array = static_cast<size_t>(std::upper_bound(ends_.begin(), ends_.end(), begin) - ends_.begin());
    for (; begin < end; ++array) {
      const int64_t stretch_end = std::min(end, ends_[array]);
      if (stretch_end == begin) continue;
      f(array, begin - (array == 0 ? 0 : ends_[array - 1]), stretch_end - begin);
      begin = stretch_end;
    }
  }

 private:
  std::vector<int64_t> ends_;
};

}  // namespace hone::kernel
