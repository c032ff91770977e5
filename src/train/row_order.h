// Which rows make each batch: the very draws of HF's Trainer, which come from torch's CPU generator (mt19937).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hone::train {

struct OrderOptions {
  uint64_t seed = 42;       // the run's
  uint64_t data_seed = 42;  // of the order, where it is not grouped
  bool group_by_length = false;
  uint64_t rows_per_step = 8;  // batch size times accumulation: what length groups are made of
};

// The row numbers of one epoch (from 0), in the order they are taken. `evaluations_before[e]` is how many evaluations
// came between the start of epoch e and its end, for e below `epoch`: with group_by_length each takes a draw from the
// generator that the orders come from, as HF's data loaders do.
std::vector<uint64_t> epoch_order(const OrderOptions& options, std::span<const uint64_t> lengths, int64_t epoch,
                                  std::span<const int64_t> evaluations_before);

}  // namespace hone::train
