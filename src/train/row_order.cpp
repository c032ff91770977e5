// HF's SeedableRandomSampler (accelerate) and LengthGroupedSampler (transformers), drawn by torch's own randperm.
#include "train/row_order.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randperm.h>

#include <algorithm>

namespace hone::train {

namespace {

std::vector<uint64_t> random_permutation(uint64_t size, at::Generator& generator) {
  const at::Tensor drawn = at::randperm(static_cast<int64_t>(size), generator, at::kLong);
  const int64_t* values = drawn.const_data_ptr<int64_t>();
  return {values, values + size};
}

// Each data loader of torch draws a base seed for its workers when it starts, even if it has none.
void draw_base_seed(at::Generator& generator) { at::empty({}, at::kLong).random_(generator); }

// Returns permuted rows in mega-batches of at most 50 steps, each sorted by descending length. The longest row of all
// comes first.
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

at::Generator generator_of(uint64_t seed) { return at::detail::createCPUGenerator(seed); }

}  // namespace

RowOrder::RowOrder(const OrderOptions& options, std::span<const uint64_t> lengths,
                   std::function<int64_t(int64_t)> evaluations_in)
    : options_(options),
      lengths_(lengths),
      evaluations_in_(std::move(evaluations_in)),
      generator_(generator_of(options.seed)) {}

const std::vector<uint64_t>& RowOrder::of_epoch(int64_t epoch) {
  if (order_epoch_ == epoch) return order_;
  if (options_.group_by_length) {
    draw_grouped(epoch);
  } else {
    at::Generator generator = generator_of(options_.data_seed + static_cast<uint64_t>(epoch));
    order_ = random_permutation(lengths_.size(), generator);
  }
  order_epoch_ = epoch;
  return order_;
}

// All epochs draw from one generator. For an earlier epoch than the last one, starts again at the first epoch.
void RowOrder::draw_grouped(int64_t epoch) {
  if (epoch < next_epoch_) {
    generator_ = generator_of(options_.seed);
    next_epoch_ = 0;
  }
  while (next_epoch_ < epoch) {
    draw_base_seed(generator_);
    random_permutation(lengths_.size(), generator_);
    end_epoch();
  }
  draw_base_seed(generator_);
  order_ = grouped_order(options_.rows_per_step, lengths_, generator_);
  end_epoch();
}

void RowOrder::end_epoch() {
  for (int64_t left = evaluations_in_(next_epoch_); left > 0; --left) draw_base_seed(generator_);
  ++next_epoch_;
}

}  // namespace hone::train
