// Shares rows among threads. Internal to the floor.
#pragma once

#include <cstdint>
#include <functional>

namespace hone::data {

// Calls work(begin, end) for ranges that together are 0 to `count`, on all useful cores. The ranges do not depend on
// the number of threads. If calls throw, throws the exception of the first range that failed after all threads have
// ended.
void for_row_ranges(uint64_t count, uint64_t range_size, const std::function<void(uint64_t begin, uint64_t end)>& work);

}  // namespace hone::data
