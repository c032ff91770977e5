// HF's SeedableRandomSampler (accelerate) and LengthGroupedSampler (transformers), drawn by torch's own randperm.
#include "train/row_order.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

namespace hone::train {

namespace {

std::vector<uint64_t> random_permutation(uint64_t size, at::Generator& generator) {
  const at::Tensor drawn = at::randperm(static_cast<int64_t>(size), generator, at::kLong);
  const int64_t* values = drawn.const_data_ptr<int64_t>();
  return {values, values + size};
}

// Each data loader of torch draws a base seed for its workers when it starts, whether or not it has any.
void draw_base_seed(at::Generator& generator) { at::empty({}, at::kLong).random_(generator); }

// Permuted rows in mega-batches of at most 50 steps, each sorted by falling length; the longest row comes first of all.
std::vector<uint64_t> grouped_order(uint64_t rows_per_step, std::span<const uint64_t> lengths,
                                    at::Generator& generator) {
  const uint64_t steps = std::clamp<uint64_t>(lengths.size() / (rows_per_step * 4), 1, 50);
  const uint64_t mega_batch = steps * rows_per_step;
  std::vector<uint64_t> order = random_permutation(lengths.size(), generator);
  uint64_t longest_at = 0;
  for (uint64_t begin = 0; begin < order.size(); begin += mega_batch) {
    const auto first = order.begin() + static_cast<ptrdiff_t>(begin);
    const auto last = order.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(begin + mega_batch, order.size()));
    std::stable_sort(first, last, [&](uint64_t a, uint64_t b) { return lengths[a] > lengths[b]; });
    if (lengths[*first] > lengths[order[longest_at]]) longest_at = begin;
  }
  if (!order.empty()) std::swap(order[0], order[longest_at]);
  return order;
}

}  // namespace

std::vector<uint64_t> epoch_order(const OrderOptions& options, std::span<const uint64_t> lengths, int64_t epoch,
                                  std::span<const int64_t> evaluations_before) {
  if (!options.group_by_length) {
    at::Generator generator = at::detail::createCPUGenerator(options.data_seed + static_cast<uint64_t>(epoch));
    return random_permutation(lengths.size(), generator);
  }
  at::Generator generator = at::detail::createCPUGenerator(options.seed);
  for (int64_t past = 0; past < epoch; ++past) {
    draw_base_seed(generator);
    random_permutation(lengths.size(), generator);
    for (int64_t i = 0; i < evaluations_before[static_cast<size_t>(past)]; ++i) draw_base_seed(generator);
  }
  draw_base_seed(generator);
  return grouped_order(options.rows_per_step, lengths, generator);
}

}  // namespace hone::train
