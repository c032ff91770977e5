// A table of vectors looked up by id. Its weights are left unset: they are loaded or drawn (model/initialize.h).
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <cstdint>
#include <optional>

namespace hone::nn {

class Embedding : public torch::nn::Module {
 public:
  // The row `padding_id` gets no gradient, and is zero when drawn, as in torch.nn.Embedding(padding_idx=...).
  Embedding(int64_t num_rows, int64_t width, std::optional<int64_t> padding_id = std::nullopt);

  // [T] int64 -> [T, C]. The ids must lie in the table.
  at::Tensor forward(const at::Tensor& ids) const;

  std::optional<int64_t> padding_id() const { return padding_id_; }

  at::Tensor weight;  // [rows, C]

 private:
  std::optional<int64_t> padding_id_;
};

}  // namespace hone::nn
