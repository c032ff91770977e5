#include "nn/packed_convolution.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>

#include "tensor/compute.h"
#include "tensor/products.h"
#include "tensor/row_chunks.h"

namespace hone::nn {

namespace {

// Returns for each token the rows that the taps read, [T * taps] int64; row T stands for the padding.
at::Tensor rows_of_taps(const tensor::Packing& packing, int64_t num_taps) {
  const int64_t num_tokens = packing.num_tokens();
  at::Tensor rows = at::empty({num_tokens * num_taps}, at::kLong);
  int64_t* row = rows.mutable_data_ptr<int64_t>();
  for (size_t b = 0; b + 1 < packing.offsets.size(); ++b) {
    const int64_t begin = packing.offsets[b], end = packing.offsets[b + 1];
    for (int64_t token = begin; token < end; ++token) {
      for (int64_t tap = 0; tap < num_taps; ++tap) {
        const int64_t read = token + tap - num_taps / 2;
        *row++ = read >= begin && read < end ? read : num_tokens;
      }
    }
  }
  return rows;
}

}  // namespace

PackedConvolution::PackedConvolution(int64_t width, int64_t num_taps) {
  weight = register_parameter("weight", at::empty({width, width, num_taps}));
  bias = register_parameter("bias", at::empty({width}));
}

at::Tensor PackedConvolution::forward(const at::Tensor& x, const tensor::Packing& packing) const {
  const int64_t width = weight.size(0), num_taps = weight.size(2);
  const at::Tensor padded = at::cat({x, at::zeros({1, width}, x.options())});
  const at::Tensor rows = tensor::on_device(rows_of_taps(packing, num_taps), x.device());
  const at::Tensor read = padded.index_select(0, rows).view({x.size(0), num_taps * width});  // [T, taps * C]
  const at::Tensor matrix = weight.transpose(1, 2).reshape({width, num_taps * width}).to(x.scalar_type());
  const at::Tensor own_bias = bias.to(x.scalar_type());
  return tensor::rows_are_independent() ? tensor::linear_product(read, matrix.contiguous(), own_bias)
                                        : at::linear(read, matrix, own_bias);
}

void PackedConvolution::draw(const Wanted& wanted, double deviation, at::Generator& generator) {
  if (wanted("weight")) weight.normal_(0.0, deviation, generator);
  if (wanted("bias")) bias.zero_();
}

void PackedConvolution::draw_construction(at::Generator& generator) {
  weight.uniform_(-1.0, 1.0, generator);
  bias.uniform_(-1.0, 1.0, generator);
}

}  // namespace hone::nn
