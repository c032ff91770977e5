// Compares ten training steps of the heads of masked and causal language models with transformers' classes and torch's
// AdamW.
#include <ATen/ops/arange.h>
#include <doctest/doctest.h>

#include "model/masked_lm.h"
#include "model/parameters.h"
#include "parity/parity_fixture.h"
#include "train/optimizer.h"

namespace masked_lm_steps_test {

using namespace hone;

constexpr double kTolerance = 1e-5;

std::vector<std::filesystem::path> fixtures() {
  std::vector<std::filesystem::path> folders;
  for (const char* kind : {"masked_lm", "causal_lm"}) {
    for (const auto& entry : std::filesystem::directory_iterator(fixture_models().parent_path() / kind)) {
      if (std::filesystem::exists(entry.path() / "parity.json")) folders.push_back(entry.path());
    }
  }
  return folders;
}

std::string family_of(const std::string& name) {
  std::string family = name;
  for (const char* ending : {"-untied", "-tied", "-new"}) {
    if (family.ends_with(ending)) family.resize(family.size() - std::string_view(ending).size());
  }
  return family;
}

// The targets [T] of one step: every tenth token has none.
at::Tensor targets_of_step(const at::Tensor& targets, int64_t step) {
  return targets.masked_fill(at::arange(targets.size(0)).remainder(10).eq(step), -100);
}

std::vector<double> losses_of(const std::filesystem::path& folder, double learning_rate, int64_t num_steps) {
  const auto tensors = read_tensors(folder / "parity.safetensors");
  const std::string family = family_of(folder.filename().string());
  model::ModelRequest request{folder, is_decoder(family) ? "causal-lm" : "masked-lm"};
  request.config_overrides = no_dropout(family);
  const model::LoadedModel loaded = model::load_model(request);
  const auto parameters = model::named_parameters(*loaded.model);
  const auto optimizer = train::find_optimizer("adamw").make(parameters, {});
  const at::Tensor targets = tensors.at("labels").masked_select(tensors.at("attention_mask").to(at::kBool));
  const nn::ForwardContext context{.training = true};
  std::vector<double> losses;
  for (int64_t step = 0; step < num_steps; ++step) {
    const at::Tensor of_step = targets_of_step(targets, step);
    const model::Hidden hidden = loaded.model->hidden(packed_batch(tensors), context);
    at::Tensor loss =
        model::masked_lm_loss(*loaded.model, hidden, of_step, of_step.ne(-100).sum().item<int64_t>(), context);
    if (hidden.balance_loss.defined()) loss = loss + hidden.balance_loss;
    for (const model::NamedParameter& parameter : parameters) parameter.tensor.mutable_grad() = at::Tensor();
    loss.backward();
    optimizer->step(learning_rate);
    losses.push_back(loss.item<double>());
  }
  return losses;
}

TEST_CASE("ten training steps of every family's language model have the losses of transformers") {
  CHECK(fixtures().size() >= 35);
  for (const std::filesystem::path& folder : fixtures()) {
    CAPTURE(folder.filename().string());
    const Json expected = read_json(folder / "parity.json");
    const std::vector<double> losses = losses_of(folder, expected["learning_rate"], 10);
    REQUIRE(losses.size() == expected["losses"].size());
    for (size_t step = 0; step < losses.size(); ++step) {
      CAPTURE(step);
      CHECK(losses[step] == doctest::Approx(expected["losses"][step].get<double>()).epsilon(kTolerance));
    }
  }
}

}  // namespace masked_lm_steps_test
