#include "tensor/dropout.h"

#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>

#include "base/error.h"
#include "kernel/dropout.h"
#include "tensor/storage_type.h"

namespace hone::tensor {

namespace {

template <typename T>
void drop_as(const at::Tensor& input, const at::Tensor& output, const kernel::DropoutDraw& draw) {
  kernel::drop_elements(static_cast<const T*>(input.const_data_ptr()), static_cast<T*>(output.mutable_data_ptr()),
                        input.numel(), draw);
}

at::Tensor drop(const at::Tensor& x, const kernel::DropoutDraw& draw) {
  const at::Tensor input = x.contiguous();
  at::Tensor output = at::empty_like(input);
  for_storage_type(input, [&](auto type) { drop_as<decltype(type)>(input, output, draw); });
  return output;
}

class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const kernel::DropoutDraw& draw) {
    context->saved_data["p"] = draw.p;
    const RandomStream& stream = draw.stream;
    context->saved_data["place"] =
        std::vector<int64_t>{static_cast<int64_t>(stream.seed), stream.step, stream.micro_batch, stream.site,
                             static_cast<int64_t>(draw.first_block)};
    return drop(x, draw);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const std::vector<int64_t> place = context->saved_data["place"].toIntVector();
    const RandomStream stream{static_cast<uint64_t>(place[0]), static_cast<uint32_t>(place[1]),
                              static_cast<uint16_t>(place[2]), static_cast<uint32_t>(place[3])};
    return {drop(gradients[0], {context->saved_data["p"].toDouble(), stream, static_cast<uint64_t>(place[4])}), {}};
  }
};

uint64_t seed_of(const PhiloxBlock& words) { return uint64_t{words[1]} << 32 | words[0]; }

}  // namespace

at::Tensor dropout_by_library(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element) {
  // A block beyond those of all elements.
  const PhiloxBlock words = stream.block((uint64_t{1} << 47) + first_element / 4);
  at::Generator generator = at::globalContext().defaultGenerator(x.device()).clone();
  generator.set_current_seed(seed_of(words));
  const at::Tensor kept = at::empty_like(x, x.options().requires_grad(false)).bernoulli_(1 - p, generator);
  return x * kept.mul_(kernel::keep_scale(p));
}

at::Tensor dropout(const at::Tensor& x, double p, const RandomStream& stream, uint64_t first_element) {
  check_internal(p >= 0 && p <= 1, "a dropout probability lies in [0, 1]");
  check_internal(first_element % 4 == 0, "a dropout draw starts at a multiple of 4");
  if (p == 0) return x;
  if (!x.device().is_cpu()) return dropout_by_library(x, p, stream, first_element);
  return DropoutFunction::apply(x, kernel::DropoutDraw{p, stream, first_element / 4});
}

void seed_library_draws(c10::Device device, const RandomStream& stream, double p) {
  if (p == 0) return;
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::scoped_lock lock(generator.mutex());
  generator.set_current_seed(seed_of(stream.block(0)));
}

}  // namespace hone::tensor
