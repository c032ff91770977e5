// Compares tiny random models with transformers: logits, loss and every gradient, from every kind of weight file.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "kernel/each_level.h"
#include "model/parameters.h"
#include "model/save.h"
#include "parity/parity_fixture.h"

namespace model_test {

using namespace hone;

constexpr double kTolerance = 1e-5;

model::LoadedModel load(const std::filesystem::path& folder, const std::string& family) {
  model::ModelRequest request;
  request.model_dir = folder;
  request.config_overrides = no_dropout(family);
  return model::load_model(request);
}

void check_family(const std::string& family, bool training) {
  const std::filesystem::path folder = fixture_models() / ("tiny-" + family);
  const auto expected = read_tensors(folder / "parity.safetensors");
  const auto loaded = load(folder, family);
  nn::ForwardContext context;
  context.training = training;
  const at::Tensor logits = loaded.model->forward(packed_batch(expected), context);
  const at::Tensor loss = at::cross_entropy_loss(logits, expected.at("labels"));
  loss.backward();
  CHECK(relative_difference(logits, expected.at("logits")) < kTolerance);
  CHECK(relative_difference(loss.reshape({1}), expected.at("loss")) < kTolerance);
  // A key's bias shifts all scores of a query equally, which the softmax cancels. Its gradient is 0 up to rounding.
  double largest = 0, worst = 0;
  for (const auto& [name, value] : expected) {
    if (name.starts_with("gradient.")) largest = std::max(largest, value.abs().max().item<double>());
  }
  for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
    INFO(parameter.name);
    REQUIRE(parameter.tensor.grad().defined());
    const bool may_cancel = parameter.name.ends_with("key.bias") || parameter.name.ends_with("k_proj.bias");
    const at::Tensor gradient = model::in_layout_of_files(*loaded.model, parameter.name, parameter.tensor.grad());
    const double difference =
        relative_difference(gradient, expected.at("gradient." + parameter.name), may_cancel ? largest : largest / 100);
    CHECK(difference < kTolerance);
    worst = std::max(worst, difference);
  }
  MESSAGE(family << ": the largest relative difference of a gradient is " << worst);
}

TEST_CASE("every family has the logits, loss and gradients of transformers, at every level of this processor") {
  kernel::for_each_level([] {
    for (const std::string& name : tiny_models()) {
      INFO(name);
      check_family(family_of_tiny(name), false);
      check_family(family_of_tiny(name), true);
    }
  });
}

TEST_CASE("in bf16 the logits equal those of transformers within the format's precision") {
  if (!kernel::has_native_bf16()) {
    MESSAGE("skipped: this processor has no bf16 instructions");
    return;
  }
  const at::NoGradGuard no_grad;
  for (const std::string& name : tiny_models()) {
    INFO(name);
    const std::filesystem::path folder = fixture_models() / name;
    const auto expected = read_tensors(folder / "parity.safetensors");
    const auto loaded = load(folder, family_of_tiny(name));
    loaded.model->set_compute({.dtype = at::kBFloat16});
    const at::Tensor logits = loaded.model->forward(packed_batch(expected), {});
    CHECK((logits.scalar_type() == at::kFloat));
    CHECK(relative_difference(logits, expected.at("logits")) < 3e-2);
    CHECK(relative_difference(logits, expected.at("logits")) > 0);
  }
}

TEST_CASE("every kind of weight file gives the same logits") {
  const auto expected = read_tensors(fixture_models() / "tiny-bert" / "parity.safetensors");
  const at::NoGradGuard no_grad;
  const std::map<std::string, double> tolerances = {{"bin", kTolerance},
                                                    {"bin_sharded", kTolerance},
                                                    {"sharded", kTolerance},
                                                    {"old_names", kTolerance},
                                                    {"bin_half", 1e-2}};
  for (const auto& [variant, tolerance] : tolerances) {
    INFO(variant);
    const auto loaded = load(fixture_models() / "variants" / variant, "bert");
    CHECK(loaded.report.newly_initialized.empty());
    const at::Tensor logits = loaded.model->forward(packed_batch(expected), {});
    CHECK(relative_difference(logits, expected.at("logits")) < tolerance);
  }
}

}  // namespace model_test
