#include "model/inputs.h"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace hone::model {

Tokens packed_tokens(std::span<const std::span<const int32_t>> sequences) {
  std::vector<int64_t> lengths;
  for (const auto& sequence : sequences) lengths.push_back(static_cast<int64_t>(sequence.size()));
  Tokens tokens;
  tokens.packing = tensor::Packing::from_lengths(lengths);
  tokens.ids = at::empty({tokens.packing.num_tokens()}, at::kLong);
  int64_t* next = tokens.ids.mutable_data_ptr<int64_t>();
  for (const auto& sequence : sequences) next = std::ranges::copy(sequence, next).out;
  return tokens;
}

}  // namespace hone::model
