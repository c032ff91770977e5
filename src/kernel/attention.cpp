// A thread computes whole (sequence, key head) pairs, in blocks of queries against chunks of keys. Scores are
// transposed, keys x queries (attention_tile.h), so that no operand of a product needs to be transposed again: scores =
// k q^T, out^T = v^T weights; dv = weights do, dk = dscores q, dq^T = k^T dscores.
#include "kernel/attention.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/error.h"
#include "kernel/attention_backward.h"
#include "kernel/attention_forward.h"
#include "kernel/parallel.h"

namespace hone::kernel {

namespace {

std::vector<AttentionTask> tasks_of(const AttentionRules& rules) {
  std::vector<AttentionTask> tasks;
  uint64_t block = 0;
  for (int64_t b = 0; b < rules.num_sequences; ++b) {
    const int64_t first = rules.offsets[b], length = rules.offsets[b + 1] - first;
    for (int64_t h = 0; h < rules.num_kv_heads; ++h) tasks.push_back({first, length, h, block});
    block += static_cast<uint64_t>(rules.num_heads * length) * attention_row_length(length) / 4;
  }
  return tasks;
}

// Calls end_tile_products() at the end of a thread's work, even if the work throws.
struct EndOfTiles {
  EndOfTiles() = default;
  EndOfTiles(const EndOfTiles&) = delete;
  EndOfTiles& operator=(const EndOfTiles&) = delete;
  ~EndOfTiles() {
    end_tile_products();
    end_writes_past_caches();
  }
};

// Calls f(task) for all tasks. A free thread takes the longest remaining task, so that all threads end at about the
// same time. Results do not depend on the thread, because no two tasks add to the same number.
template <typename F>
void for_each_task(std::vector<AttentionTask> tasks, F f) {
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const AttentionTask& a, const AttentionTask& b) { return a.length > b.length; });
  std::atomic<size_t> next = 0;
  const int64_t parts = num_parts(static_cast<int64_t>(tasks.size()), 1);
  parallel_ranges(parts, 1, [&](int64_t, int64_t, int) {
    const EndOfTiles end;
    for (size_t i = next.fetch_add(1); i < tasks.size(); i = next.fetch_add(1)) f(tasks[i]);
  });
}

void check(const AttentionRules& rules) {
  check_internal(rules.num_kv_heads > 0 && rules.num_heads % rules.num_kv_heads == 0,
                 "query heads are a multiple of key heads");
  check_internal(rules.head_width > 0 && rules.head_width <= kMaxHeadWidth, "a head is 1 to 256 wide");
  check_internal(rules.scale > 0, "attention scores have a positive scale");
  check_internal(rules.window >= 0, "attention's window is not negative");
}

}  // namespace

template <typename T, typename Sum>
void attention_forward(const AttentionRules& rules, const AttentionInputs<T>& inputs, HeadRows<T> out, Sum* logsumexp) {
  check(rules);
  if constexpr (sizeof(T) <= 4) {
    if (has_tile_product<T>()) {
      for_each_task(tasks_of(rules),
                    [&](const AttentionTask& task) { AttentionForward<T>(rules, task).run(inputs, out, logsumexp); });
      return;
    }
  }
  attention_forward_reference(rules, inputs, out, logsumexp);
}

template <typename T, typename Sum>
void attention_backward(const AttentionRules& rules, const AttentionInputs<T>& inputs,
                        const AttentionResults<T, Sum>& results, const AttentionGradients<T>& gradients) {
  check(rules);
  if constexpr (sizeof(T) <= 4) {
    if (has_tile_product<T>()) {
      for_each_task(tasks_of(rules), [&](const AttentionTask& task) {
        AttentionBackward<T>(rules, task).run(inputs, results, gradients);
      });
      return;
    }
  }
  attention_backward_reference(rules, inputs, results, gradients);
}

#define HONE_INSTANTIATE(T, Sum)                                                                                      \
  template void attention_forward(const AttentionRules&, const AttentionInputs<T>&, HeadRows<T>, Sum*);               \
  template void attention_backward(const AttentionRules&, const AttentionInputs<T>&, const AttentionResults<T, Sum>&, \
                                   const AttentionGradients<T>&);
HONE_INSTANTIATE(float, float)
HONE_INSTANTIATE(double, double)
HONE_INSTANTIATE(BFloat16, float)
#undef HONE_INSTANTIATE

}  // namespace hone::kernel
