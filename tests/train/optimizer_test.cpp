// Expected values come from torch.optim and clip_grad_norm_ (tests/fixtures/make_train_fixtures.py).
#include "train/optimizer.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <doctest/doctest.h>

#include <set>

#include "expect_error.h"
#include "train/train_fixture.h"

namespace optimizer_test {

using namespace hone;
using namespace hone::train;

void flatten(const Json& json, std::vector<float>& values) {
  if (json.is_number()) {
    values.push_back(json.get<float>());
  } else {
    for (const Json& item : json) flatten(item, values);
  }
}

at::Tensor tensor_of(const Json& json) {
  std::vector<int64_t> shape;
  for (const Json* level = &json; level->is_array(); level = &level->front()) {
    shape.push_back(static_cast<int64_t>(level->size()));
  }
  std::vector<float> values;
  flatten(json, values);
  return at::tensor(values).reshape(shape);
}

NamedParameters parameters_of(const Json& expected) {
  NamedParameters parameters;
  for (size_t i = 0; i < expected["start"].size(); ++i) {
    parameters.push_back({fmt::format("weight{}", i), tensor_of(expected["start"][i]).requires_grad_(true),
                          expected["decays"][i].get<bool>()});
    if (expected.contains("hidden")) parameters.back().is_hidden_matrix = expected["hidden"][i];
  }
  return parameters;
}

OptimizerOptions options_of(const Json& expected) {
  OptimizerOptions options{expected["weight_decay"], expected["beta1"], expected["beta2"], expected["epsilon"]};
  if (expected.contains("momentum")) options.momentum = expected["momentum"].get<double>();
  if (expected.contains("nesterov")) options.nesterov = expected["nesterov"].get<bool>();
  return options;
}

void set_gradients(const NamedParameters& parameters, const Json& gradients) {
  for (size_t i = 0; i < parameters.size(); ++i) parameters[i].tensor.mutable_grad() = tensor_of(gradients[i]);
}

void check_parameters(const NamedParameters& parameters, const Json& expected) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    CHECK(relative_difference(parameters[i].tensor.detach(), tensor_of(expected[i])) < 1e-6);
  }
}

std::unique_ptr<Optimizer> make_optimizer(std::string_view name, const NamedParameters& parameters,
                                          const OptimizerOptions& options) {
  return find_optimizer(name).make(parameters, options);
}

// The cases of long_runs.json in the form of optimizers.json; every tenth step has the parameters after it.
Json long_cases() {
  const Json fixture = train_fixture_file("long_runs.json");
  Json cases = fixture["cases"];
  for (Json& expected : cases) {
    for (const char* key : {"decays", "hidden", "start"}) expected[key] = fixture[key];
    for (size_t step = 0; step < fixture["gradients"].size(); ++step) {
      Json made = {{"learning_rate", fixture["learning_rates"][step]}, {"gradients", fixture["gradients"][step]}};
      if (step % 10 == 9) made["parameters"] = expected["after"][step / 10];
      expected["steps"].push_back(made);
    }
  }
  return cases;
}

// The cases of both fixtures, with the first steps of the long ones.
Json all_cases() {
  Json cases = train_fixture("optimizers.json");
  for (Json expected : long_cases()) {
    expected["steps"].erase(expected["steps"].begin() + 5, expected["steps"].end());
    cases.push_back(expected);
  }
  return cases;
}

TEST_CASE("the steps of Adam, AdamW and SGD equal torch's, with and without decay") {
  for (const Json& expected : train_fixture("optimizers.json")) {
    const std::string name = expected["name"];
    const NamedParameters parameters = parameters_of(expected);
    const auto optimizer = make_optimizer(name, parameters, options_of(expected));
    for (const Json& step : expected["steps"]) {
      INFO(name << ", weight decay " << expected["weight_decay"] << ", learning rate " << step["learning_rate"]);
      set_gradients(parameters, step["gradients"]);
      optimizer->step(step["learning_rate"]);
      check_parameters(parameters, step["parameters"]);
    }
  }
}

TEST_CASE("fifty steps of every optimizer equal those of torch, transformers and the published Lion") {
  std::set<std::string> seen;
  for (const Json& expected : long_cases()) {
    const std::string name = expected["name"];
    INFO(name << ", weight decay " << expected["weight_decay"]);
    const NamedParameters parameters = parameters_of(expected);
    const auto optimizer = make_optimizer(name, parameters, options_of(expected));
    for (const Json& step : expected["steps"]) {
      set_gradients(parameters, step["gradients"]);
      optimizer->step(step["learning_rate"]);
      if (step.contains("parameters")) check_parameters(parameters, step["parameters"]);
    }
    seen.insert(name);
  }
  CHECK(seen.size() == optimizers().size());
}

TEST_CASE("a parameter with a share of the learning rate takes the step of an optimizer with that rate") {
  for (const Json& expected : long_cases()) {
    const std::string name = expected["name"];
    INFO(name);
    NamedParameters shared = parameters_of(expected), whole = parameters_of(expected), half = parameters_of(expected);
    shared[0].rate_factor = shared[1].rate_factor = 0.5;
    const auto by_share = make_optimizer(name, shared, options_of(expected));
    const auto by_whole = make_optimizer(name, whole, options_of(expected));
    const auto by_half = make_optimizer(name, half, options_of(expected));
    for (size_t step = 0; step < 4; ++step) {
      for (const NamedParameters* parameters : {&shared, &whole, &half}) {
        set_gradients(*parameters, expected["steps"][step]["gradients"]);
      }
      by_share->step(0.01);
      by_whole->step(0.01);
      by_half->step(0.005);
    }
    for (size_t i = 0; i < shared.size(); ++i) {
      CHECK(at::equal(shared[i].tensor, (i < 2 ? half : whole)[i].tensor));
    }
  }
}

TEST_CASE(
    "a step with the gradient norm on the device is the same, clipped or not, and is skipped if it is not finite") {
  for (const Json& expected : all_cases()) {
    const std::string name = expected["name"];
    INFO(name);
    for (const double max_norm : {0.0, 0.01, 1e6}) {
      const NamedParameters one = parameters_of(expected), other = parameters_of(expected);
      const auto by_host = make_optimizer(name, one, options_of(expected));
      const auto on_device = make_optimizer(name, other, options_of(expected));
      for (const Json& step : expected["steps"]) {
        set_gradients(one, step["gradients"]);
        set_gradients(other, step["gradients"]);
        const double norm = gradient_norm(one);
        const at::Tensor norm_on_device = gradient_norm_on_device(other);
        CHECK(norm_on_device.item<double>() == doctest::Approx(norm));
        by_host->step(step["learning_rate"], clip_factor(norm, max_norm));
        on_device->step_where_finite(step["learning_rate"], at::zeros({}), norm_on_device, max_norm);
        for (size_t i = 0; i < one.size(); ++i) {
          CHECK(relative_difference(other[i].tensor.detach(), one[i].tensor.detach()) < 1e-6);
        }
      }
      const tensor::NamedTensors state = on_device->state();
      std::vector<at::Tensor> before;
      for (const auto& [key, value] : state) before.push_back(value.clone());
      const at::Tensor weight = other[0].tensor.detach().clone();
      for (const auto& [loss, norm] : {std::pair(INFINITY, 1.0F), std::pair(1.0F, NAN)}) {
        set_gradients(other, expected["steps"][0]["gradients"]);
        on_device->step_where_finite(0.1, at::full({}, loss), at::full({}, norm), max_norm);
      }
      CHECK(at::equal(other[0].tensor, weight));
      for (size_t i = 0; i < state.size(); ++i) CHECK(at::equal(state[i].second, before[i]));
    }
  }
}

TEST_CASE("an optimizer with a copied state continues bit for bit") {
  for (const Json& expected : all_cases()) {
    const NamedParameters one = parameters_of(expected), other = parameters_of(expected);
    const std::string name = expected["name"];
    const auto first = make_optimizer(name, one, options_of(expected));
    for (size_t step = 0; step < 3; ++step) {
      set_gradients(one, expected["steps"][step]["gradients"]);
      first->step(0.01);
    }
    const auto second = make_optimizer(name, other, options_of(expected));
    const at::NoGradGuard no_gradients;
    const auto from = first->state(), to = second->state();
    REQUIRE(from.size() == to.size());
    for (size_t i = 0; i < from.size(); ++i) {
      REQUIRE(from[i].first == to[i].first);
      to[i].second.copy_(from[i].second);
    }
    for (size_t i = 0; i < one.size(); ++i) other[i].tensor.copy_(one[i].tensor);
    set_gradients(one, expected["steps"][3]["gradients"]);
    set_gradients(other, expected["steps"][3]["gradients"]);
    first->step(0.02);
    second->step(0.02);
    for (size_t i = 0; i < one.size(); ++i) CHECK(at::equal(one[i].tensor, other[i].tensor));
  }
}

TEST_CASE("a state that is restored between steps decides about the next step") {
  for (const char* name : {"adamw", "adam"}) {
    const auto parameters = [] { return NamedParameters{{"w", at::full({300}, 1.0).requires_grad_(true), true}}; };
    const NamedParameters one = parameters(), other = parameters();
    const auto first = make_optimizer(name, one, {});
    const auto second = make_optimizer(name, other, {});
    const auto step = [](const auto& optimizer, const NamedParameters& of, double gradient) {
      of[0].tensor.mutable_grad() = at::full({300}, gradient);
      optimizer->step(0.01);
    };
    step(first, one, 1);
    step(second, other, 0);  // its moments stay 0
    const at::NoGradGuard no_gradients;
    const tensor::NamedTensors from = first->state(), to = second->state();
    for (size_t i = 0; i < from.size(); ++i) to[i].second.copy_(from[i].second);
    other[0].tensor.copy_(one[0].tensor);
    const at::Tensor before = one[0].tensor.clone();
    step(first, one, 0);
    step(second, other, 0);
    CHECK(at::equal(one[0].tensor, other[0].tensor));
    CHECK((one[0].tensor < before).all().item<bool>());
  }
}

TEST_CASE("the state has every parameter's moments and steps, except for frozen parameters") {
  NamedParameters parameters = parameters_of(train_fixture("optimizers.json")[0]);
  parameters[2].tensor.requires_grad_(false);
  const auto names = [&](const char* optimizer) {
    std::vector<std::string> found;
    for (const auto& [name, value] : make_optimizer(optimizer, parameters, {})->state()) found.push_back(name);
    return found;
  };
  CHECK(names("adamw") == std::vector<std::string>{"weight0.step", "weight0.exp_avg", "weight0.exp_avg_sq",
                                                   "weight1.step", "weight1.exp_avg", "weight1.exp_avg_sq"});
  CHECK(names("sgd") == std::vector<std::string>{"weight0.step", "weight1.step"});
}

TEST_CASE("the gradient norm and the clipping equal torch's") {
  for (const Json& expected : train_fixture("clipping.json")) {
    NamedParameters parameters;
    for (size_t i = 0; i < expected["gradients"].size(); ++i) {
      const at::Tensor gradient = tensor_of(expected["gradients"][i]);
      parameters.push_back({"", at::zeros_like(gradient).requires_grad_(true), true});
      parameters.back().tensor.mutable_grad() = gradient;
    }
    const double norm = gradient_norm(parameters);
    CHECK(norm == doctest::Approx(expected["norm"].get<double>()).epsilon(1e-6));
    const double factor = clip_factor(norm, expected["max_norm"]);
    for (size_t i = 0; i < parameters.size(); ++i) {
      CHECK(relative_difference(parameters[i].tensor.grad() * factor, tensor_of(expected["clipped"][i])) < 1e-6);
    }
  }
}

TEST_CASE("a maximum norm of 0 disables clipping, and without gradients the norm is 0") {
  const NamedParameters parameters = {{"w", at::zeros({2}).requires_grad_(true), true}};
  CHECK(gradient_norm(parameters) == 0);
  CHECK(clip_factor(0, 1.0) == 1);
  parameters[0].tensor.mutable_grad() = at::tensor({30.0f, 40.0f});
  CHECK(gradient_norm(parameters) == 50);
  CHECK(clip_factor(50, 0) == 1);
}

TEST_CASE("a step with a factor equals a step with scaled gradients") {
  for (const Json& expected : all_cases()) {
    const NamedParameters one = parameters_of(expected), other = parameters_of(expected);
    const std::string name = expected["name"];
    const auto by_factor = make_optimizer(name, one, options_of(expected));
    const auto scaled = make_optimizer(name, other, options_of(expected));
    for (const Json& step : expected["steps"]) {
      set_gradients(one, step["gradients"]);
      set_gradients(other, step["gradients"]);
      for (const auto& parameter : other) parameter.tensor.mutable_grad().mul_(0.25);  // exact
      by_factor->step(0.01, 0.25);
      scaled->step(0.01);
    }
    for (size_t i = 0; i < one.size(); ++i) CHECK(at::equal(one[i].tensor, other[i].tensor));
  }
}

TEST_CASE("AdamW over a model's shapes equals torch's fused step after clip_grad_norm_'s scaling") {
  at::manual_seed(3);
  NamedParameters parameters;
  std::vector<at::Tensor> copies, means, squares, steps;
  const std::vector<std::vector<int64_t>> shapes = {{30, 7}, {1}, {0}, {16}, {17}, {1000}, {129, 130}, {64, 64}};
  for (const auto& shape : shapes) {
    parameters.push_back({fmt::format("w{}", parameters.size()), at::randn(shape).requires_grad_(true), true});
    copies.push_back(parameters.back().tensor.detach().clone());
    means.push_back(at::zeros(shape));
    squares.push_back(at::zeros(shape));
    steps.push_back(at::zeros({}));
  }
  parameters[7].tensor = at::randn({64, 64}).t().requires_grad_(true);  // dense, with another dimension order
  copies[7] = parameters[7].tensor.detach().clone(at::MemoryFormat::Contiguous);
  const auto optimizer = make_optimizer("adamw", parameters, {0.1, 0.9, 0.999, 1e-8});
  for (int step = 0; step < 5; ++step) {
    std::vector<at::Tensor> gradients;
    for (size_t i = 0; i < parameters.size(); ++i) {
      gradients.push_back(at::randn(shapes[i]));
      parameters[i].tensor.mutable_grad() = i == 5 ? gradients[i].clone().expand({2, 1000})[1] : gradients[i].clone();
    }
    const double norm = gradient_norm(parameters);
    const at::Tensor torch_norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
    CHECK(norm == doctest::Approx(torch_norm.item<double>()).epsilon(1e-6));
    at::_foreach_mul_(gradients, at::clamp_max(1.0 / (torch_norm + 1e-6), 1.0));
    for (at::Tensor& count : steps) count += 1;
    at::_fused_adamw_(copies, gradients, means, squares, {}, steps, 0.01, 0.9, 0.999, 0.1, 1e-8, false, false);
    optimizer->step(0.01, clip_factor(norm, 1.0));
    for (size_t i = 0; i < parameters.size(); ++i) {
      CHECK(at::allclose(parameters[i].tensor.detach(), copies[i], 1e-6, 1e-6));
    }
  }
}

TEST_CASE("each optimizer has a doc line, and the error for an unknown one suggests the nearest") {
  for (const OptimizerKind& kind : optimizers()) CHECK_FALSE(kind.doc.empty());
  const Error error = expect_error([] { find_optimizer("adamww"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(error.what() == std::string("unknown optim \"adamww\""));
  CHECK(contains(error.hint(), "adamw"));
}

}  // namespace optimizer_test
