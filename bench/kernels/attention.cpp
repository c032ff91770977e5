// Attention, forward and backward, beside scaled_dot_product_attention, which uses flash without dropout and otherwise
// its math path. B sequences of S tokens, H heads of width D.
#include "kernel/attention.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <optional>

#include "kernels/comparison.h"

namespace hone::bench {

namespace {

struct Shape {
  int64_t sequences = 0, heads = 0, length = 0, width = 0;
  double p = 0;
  int64_t window = kernel::kWholeSequence;
};

Step torch_attention(const Shape& shape, at::ScalarType type) {
  const std::vector<int64_t> sizes = {shape.sequences, shape.heads, shape.length, shape.width};
  std::vector<at::Tensor> inputs;
  for (int i = 0; i < 3; ++i) inputs.push_back(at::randn(sizes, type).requires_grad_());
  const at::Tensor out_gradient = at::randn(sizes, type);
  std::optional<at::Tensor> seen;  // [S, S]
  if (shape.window < shape.length) {
    seen = at::ones({shape.length, shape.length}, at::kBool).tril(shape.window).triu(-shape.window);
  }
  return [=] {
    const at::Tensor out = at::scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], seen, shape.p);
    torch::autograd::grad({out}, inputs, {out_gradient});
  };
}

// q, k and v are parts of one matrix [B * S, 3 * H * D], the result of one product.
template <typename T>
struct Problem {
  Shape shape;
  int64_t row;
  std::vector<int64_t> offsets;
  at::Tensor qkv, gradients, out, out_gradient, logsumexp;

  Problem(const Shape& given, at::ScalarType type) : shape(given), row(given.heads * given.width) {
    for (int64_t i = 0; i <= shape.sequences; ++i) offsets.push_back(i * shape.length);
    const int64_t tokens = shape.sequences * shape.length;
    qkv = at::randn({tokens, 3 * row}, type);
    gradients = at::empty_like(qkv);
    out = at::empty({tokens, row}, type);
    out_gradient = at::randn({tokens, row}, type);
    logsumexp = at::empty({shape.heads, tokens}, at::kFloat);
  }

  template <typename Parts, typename U>
  Parts parts(const at::Tensor& of) const {
    auto* data = static_cast<U*>(of.data_ptr());
    return {{data, 3 * row}, {data + row, 3 * row}, {data + 2 * row, 3 * row}};
  }

  void run() const {
    kernel::AttentionRules rules;
    rules.offsets = offsets.data();
    rules.num_sequences = shape.sequences;
    rules.num_heads = rules.num_kv_heads = shape.heads;
    rules.head_width = shape.width;
    rules.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(shape.width)));
    rules.window = shape.window;
    rules.p = shape.p;
    rules.stream = {.seed = 42};
    const auto inputs = parts<kernel::AttentionInputs<T>, const T>(qkv);
    auto* const sums = logsumexp.data_ptr<float>();
    auto* const result = static_cast<T*>(out.data_ptr());
    kernel::attention_forward<T, float>(rules, inputs, {result, row}, sums);
    kernel::attention_backward<T, float>(rules, inputs,
                                         {{result, row}, {static_cast<const T*>(out_gradient.data_ptr()), row}, sums},
                                         parts<kernel::AttentionGradients<T>, T>(gradients));
  }
};

template <typename T>
Step hone_attention(const Shape& shape, at::ScalarType type) {
  return [problem = Problem<T>(shape, type)] { problem.run(); };
}

}  // namespace

std::vector<Comparison> attention_comparisons() {
  std::vector<Comparison> all;
  for (const Shape& base : {Shape{16, 12, 256, 64}, Shape{16, 12, 256, 32}}) {  // distilbert-base's, MiniLM's
    for (const double p : {0.1, 0.0}) {
      Shape shape = base;
      shape.p = p;
      const std::string name = fmt::format("attention {}x{}x{}x{}{}", shape.sequences, shape.heads, shape.length,
                                           shape.width, p > 0 ? " dropout" : "");
      all.push_back({name + " fp32", [=] { return torch_attention(shape, at::kFloat); },
                     [=] { return hone_attention<float>(shape, at::kFloat); }});
      all.push_back({name + " bf16", [=] { return torch_attention(shape, at::kBFloat16); },
                     [=] { return hone_attention<kernel::BFloat16>(shape, at::kBFloat16); }, true});
    }
  }
  for (const int64_t length : {512, 2048}) {  // ModernBERT's local layers
    const Shape local{4096 / length, 12, length, 64, 0, 64};
    all.push_back({fmt::format("attention {}x12x{}x64 window 64 fp32", local.sequences, length),
                   [=] { return torch_attention(local, at::kFloat); },
                   [=] { return hone_attention<float>(local, at::kFloat); }});
  }
  return all;
}

}  // namespace hone::bench
