#include "nn/attention.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <cmath>

#include "tensor/threads.h"

using namespace hone;

namespace {

const RandomStream kStream{42, 1, 0, 9};
constexpr int64_t kHeads = 3, kHeadWidth = 5, kWidth = kHeads * kHeadWidth;

// The definition in double precision, a head of a sequence at a time.
at::Tensor expected(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const std::vector<int64_t>& lengths,
                    double p) {
  at::Tensor out = at::zeros(q.sizes(), at::kDouble);
  int64_t row = 0;
  uint64_t first = 0;
  for (const int64_t length : lengths) {
    for (int64_t head = 0; head < kHeads; ++head) {
      const auto part = [&](const at::Tensor& x) {
        return x.to(at::kDouble).slice(0, row, row + length).slice(1, head * kHeadWidth, (head + 1) * kHeadWidth);
      };
      at::Tensor weights = at::softmax(at::matmul(part(q), part(k).t()) / std::sqrt(kHeadWidth), -1).contiguous();
      double* weight = weights.mutable_data_ptr<double>();
      for (int64_t i = 0; i < length * length; ++i) {
        const uint64_t element = first + static_cast<uint64_t>(head * length * length + i);
        weight[i] *= kStream.word(element) >= p * 4294967296.0 ? 1 / (1 - p) : 0;
      }
      part(out).copy_(at::matmul(weights, part(v)));
    }
    row += length;
    first += (static_cast<uint64_t>(kHeads * length * length) + 3) / 4 * 4;
  }
  return out;
}

struct Inputs {
  at::Tensor q, k, v;
  std::vector<int64_t> lengths = {4, 1, 7, 3};
  tensor::Packing packing = tensor::Packing::from_lengths(lengths);
  explicit Inputs() {
    const auto values = [&](double frequency) {
      return at::sin(at::arange(15 * kWidth, at::kFloat) * frequency).view({15, kWidth});
    };
    q = values(0.7) * 2;
    k = values(1.1) * 2;
    v = values(1.7);
  }
};

}  // namespace

TEST_CASE("each sequence attends to itself only") {
  const Inputs in;
  const at::Tensor out = nn::attention(in.q, in.k, in.v, in.packing, kHeads, 0, kStream);
  CHECK(at::allclose(out.to(at::kDouble), expected(in.q, in.k, in.v, in.lengths, 0), 1e-5, 1e-6));
}

TEST_CASE("attention drops weights by the elements that its header names") {
  const Inputs in;
  const at::Tensor out = nn::attention(in.q, in.k, in.v, in.packing, kHeads, 0.3, kStream);
  CHECK(at::allclose(out.to(at::kDouble), expected(in.q, in.k, in.v, in.lengths, 0.3), 1e-5, 1e-6));
}

TEST_CASE("the gradients of attention are those of its definition") {
  for (const double p : {0.0, 0.3}) {
    const Inputs in;
    std::vector<at::Tensor> gradients[2];
    for (const bool by_definition : {false, true}) {
      // expected() copies into a leaf, so its gradient is taken by differences of the loss along each input.
      at::Tensor q = in.q.clone(), k = in.k.clone(), v = in.v.clone();
      for (at::Tensor* x : {&q, &k, &v}) {
        if (by_definition) {
          const double step = 1e-3;
          const at::Tensor direction = at::cos(at::arange(x->numel(), at::kFloat)).view_as(*x);
          const at::Tensor before = x->clone();
          x->copy_(before + step * direction);
          const at::Tensor up = expected(q, k, v, in.lengths, p).square().sum();
          x->copy_(before - step * direction);
          const at::Tensor down = expected(q, k, v, in.lengths, p).square().sum();
          x->copy_(before);
          gradients[1].push_back((up - down) / (2 * step));
        } else {
          x->requires_grad_();
          nn::attention(q, k, v, in.packing, kHeads, p, kStream).square().sum().backward();
          const at::Tensor direction = at::cos(at::arange(x->numel(), at::kFloat)).view_as(*x);
          gradients[0].push_back((x->grad() * direction).sum().to(at::kDouble));
          x->requires_grad_(false);
        }
      }
    }
    for (size_t i = 0; i < 3; ++i) {
      CHECK(gradients[0][i].item<double>() == doctest::Approx(gradients[1][i].item<double>()).epsilon(1e-3));
    }
  }
}

TEST_CASE("attention is equal from run to run") {
  const Inputs in;
  const auto run = [&] { return nn::attention(in.q, in.k, in.v, in.packing, kHeads, 0.1, kStream); };
  CHECK(at::equal(run(), run()));
}
