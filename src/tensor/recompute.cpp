// Backward builds the part's graph from a detached copy of x, and runs backward through it at once.
#include "tensor/recompute.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/api/include/torch/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "tensor/saved.h"

namespace hone::tensor {

namespace {

using Part = std::function<at::Tensor(const at::Tensor&)>;

thread_local bool is_first_run = false;

// Restores the value at its end: parts may be nested.
class FirstRun {
 public:
  FirstRun() : before_(std::exchange(is_first_run, true)) {}
  ~FirstRun() { is_first_run = before_; }
  FirstRun(const FirstRun&) = delete;
  FirstRun& operator=(const FirstRun&) = delete;

 private:
  bool before_;
};

class RecomputeFunction : public torch::autograd::Function<RecomputeFunction> {
 public:
  // Forward of an autograd function records no graph, so no intermediate result is kept. `trained` makes the result
  // require a gradient if x does not, because the part may have trained parameters all the same.
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& /*trained*/, const Part& part) {
    context->save_for_backward({x});
    save(*context, part);
    const FirstRun first_run;
    return part(x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0].detach().requires_grad_(context->needs_input_grad(0));
    at::Tensor out;
    {
      const at::AutoGradMode records_graph(true);
      out = saved_in<Part>(*context)(x);
    }
    if (out.requires_grad()) torch::autograd::backward({out}, {gradients[0]});
    return {x.grad(), {}, {}};
  }
};

}  // namespace

bool will_be_recomputed() { return is_first_run; }

at::Tensor recompute_in_backward(const Part& part, const at::Tensor& x) {
  return RecomputeFunction::apply(x, at::empty({0}, x.options()).requires_grad_(), part);
}

}  // namespace hone::tensor
