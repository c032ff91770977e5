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
    const TokenRange queries = queries_of(rules, b), keys = keys_of(rules, b);
    for (int64_t h = 0; h < rules.num_kv_heads; ++h) tasks.push_back({queries, keys, h, block});
    block += static_cast<uint64_t>(rules.num_heads * queries.length) * attention_row_length(keys.length) / 4;
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

// Several sequences and one key head: what shares the sums of the distance terms' gradients.
struct DistanceUnit {
  size_t group = 0;
  std::vector<AttentionTask> tasks;
  int64_t num_tokens = 0;
};

// How much a task computes, in comparison with others.
int64_t work_of(const AttentionTask& task) { return task.queries.length + task.keys.length; }
int64_t work_of(const DistanceUnit& unit) { return unit.num_tokens; }

// Divides the sequences into groups by their tokens alone, so that sums are equal at any number of threads.
std::vector<DistanceUnit> distance_units_of(const AttentionRules& rules) {
  constexpr int64_t kMaxGroups = 8, kGroupTokens = 512;
  const int64_t num_tokens = rules.offsets[rules.num_sequences];
  const int64_t num_groups = std::clamp<int64_t>(num_tokens / kGroupTokens, 1, kMaxGroups);
  const std::vector<AttentionTask> tasks = tasks_of(rules);
  std::vector<DistanceUnit> units;
  for (int64_t group = 0, begin = 0; group < num_groups; ++group) {
    int64_t end = begin;
    while (end < rules.num_sequences && rules.offsets[end] * num_groups < (group + 1) * num_tokens) ++end;
    for (int64_t h = 0; h < rules.num_kv_heads; ++h) {
      DistanceUnit& unit = units.emplace_back(DistanceUnit{.group = static_cast<size_t>(group), .tasks = {}});
      for (int64_t b = begin; b < end; ++b) {
        unit.tasks.push_back(tasks[static_cast<size_t>(b * rules.num_kv_heads + h)]);
        unit.num_tokens += unit.tasks.back().queries.length;
      }
    }
    begin = end;
  }
  return units;
}

// Calls f(task) for all tasks. A free thread takes the longest remaining task, so that all threads end at about the
// same time. Results do not depend on the thread, because no two tasks add to the same number.
template <typename Task, typename F>
void for_each_task(std::vector<Task> tasks, F f) {
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return work_of(a) > work_of(b); });
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
  check_internal(rules.soft_cap >= 0, "attention's soft cap is not negative");
  check_internal(rules.window >= 0, "attention's window is not negative");
  const bool is_plain = !rules.causal && rules.window >= kWholeSequence && rules.rotary.cosines == nullptr &&
                        rules.distance_rows == nullptr && rules.bias == nullptr;
  check_internal(rules.key_offsets == nullptr || is_plain, "queries see all keys of another batch, wherever they are");
}

// The sums of the distance terms' gradients, for each group of sequences.
class GroupSums {
 public:
  template <typename T>
  GroupSums(const AttentionRules& rules, const AttentionInputs<T>& inputs, size_t num_groups)
      : num_heads_(rules.num_heads),
        num_rows_(rules.num_distance_rows),
        width_(round_up(rules.head_width, kTilePadding<T>)),
        groups_(num_groups) {
    const auto table_size = static_cast<size_t>(num_heads_ * head_stride());
    for (Group& group : groups_) {
      if (inputs.distance_keys.data != nullptr) group.keys.resize(table_size);
      if (inputs.distance_queries.data != nullptr) group.queries.resize(table_size);
      if (inputs.distance_bias != nullptr) group.bias.resize(static_cast<size_t>(num_heads_ * num_rows_));
    }
  }

  DistanceSums of_group(size_t index) {
    const auto data = [](std::vector<float>& sums) { return sums.empty() ? nullptr : sums.data(); };
    Group& group = groups_[index];
    return {data(group.keys), data(group.queries), data(group.bias), head_stride(), num_rows_};
  }

  // Adds up the groups in their order.
  template <typename T>
  void write(const AttentionRules& rules, const AttentionGradients<T>& gradients) const {
    write_table(rules.head_width, gradients.distance_keys, &Group::keys);
    write_table(rules.head_width, gradients.distance_queries, &Group::queries);
    if (gradients.distance_bias == nullptr) return;
    for (int64_t i = 0; i < num_heads_ * num_rows_; ++i) gradients.distance_bias[i] = total(&Group::bias, i);
  }

 private:
  struct Group {
    std::vector<float> keys, queries, bias;
  };

  int64_t head_stride() const { return DistanceSums::padded_rows(num_rows_) * width_; }

  float total(std::vector<float> Group::* sums, int64_t index) const {
    float sum = 0;
    for (const Group& group : groups_) sum += (group.*sums)[static_cast<size_t>(index)];
    return sum;
  }

  template <typename Sum>
  void write_table(int64_t head_width, HeadRows<Sum> to, std::vector<float> Group::* sums) const {
    if (to.data == nullptr) return;
    parallel_ranges(num_rows_, row_grain(num_heads_ * head_width), [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row) {
        for (int64_t head = 0; head < num_heads_; ++head) {
          const int64_t from = head * head_stride() + row * width_;
          Sum* into = to.data + row * to.row_stride + head * head_width;
          for (int64_t d = 0; d < head_width; ++d) into[d] = total(sums, from + d);
        }
      }
    });
  }

  int64_t num_heads_, num_rows_, width_;
  std::vector<Group> groups_;
};

template <typename T>
void backward_with_distances(const AttentionRules& rules, const AttentionInputs<T>& inputs,
                             const AttentionResults<T, float>& results, const AttentionGradients<T>& gradients) {
  const std::vector<DistanceUnit> units = distance_units_of(rules);
  GroupSums sums(rules, inputs, units.back().group + 1);
  for_each_task(units, [&](const DistanceUnit& unit) {
    for (const AttentionTask& task : unit.tasks) {
      AttentionBackward<T>(rules, task).run(inputs, results, gradients, sums.of_group(unit.group));
    }
  });
  sums.write(rules, gradients);
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
      if (rules.distance_rows != nullptr) return backward_with_distances(rules, inputs, results, gradients);
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
