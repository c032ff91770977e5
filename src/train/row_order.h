// The order of rows in a run. Makes the same draws as HF's Trainer, from torch's CPU generator (mt19937).
#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hone::train {

struct OrderOptions {
  uint64_t seed = 42;       // seed of the order with group_by_length
  uint64_t data_seed = 42;  // seed of the order without it
  bool group_by_length = false;
  uint64_t rows_per_step = 8;  // batch size times accumulation: the size of a length group
};

// The orders of all epochs. Advancing to the next epoch costs only the draws of one epoch.
class RowOrder {
 public:
  // `lengths` (tokens of each row) must outlive the object. `evaluations_in(epoch)` returns the number of evaluations
  // in that epoch: with group_by_length each takes a draw from the generator of the orders, as HF's data loaders do.
  RowOrder(const OrderOptions& options, std::span<const uint64_t> lengths,
           std::function<int64_t(int64_t epoch)> evaluations_in);

  // Returns the row numbers of an epoch (counted from 0) in their order. The result is valid until the next call.
  const std::vector<uint64_t>& of_epoch(int64_t epoch);

 private:
  void draw_grouped(int64_t epoch);
  void end_epoch();

  OrderOptions options_;
  std::span<const uint64_t> lengths_;
  std::function<int64_t(int64_t)> evaluations_in_;
  at::Generator generator_;  // for grouped orders: its state is that at the start of epoch next_epoch_
  int64_t next_epoch_ = 0;
  std::vector<uint64_t> order_;
  int64_t order_epoch_ = -1;
};

}  // namespace hone::train
