// Compares ten training steps of models with an encoder and a decoder with transformers' classes and torch's AdamW.
#include <ATen/ops/arange.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "model/masked_lm.h"
#include "model/parameters.h"
#include "parity/seq2seq_fixture.h"
#include "train/optimizer.h"

namespace seq2seq_steps_test {

using namespace hone;

std::vector<double> losses_of(const std::string& name, double learning_rate, int64_t num_steps) {
  const auto tensors = read_tensors(seq2seq_fixtures() / name / "parity.safetensors");
  const model::LoadedModel loaded = load_seq2seq(seq2seq_fixtures() / name, name);
  const auto parameters = model::named_parameters(*loaded.model);
  const auto optimizer = train::find_optimizer("adamw").make(parameters, {});
  const at::Tensor targets = seq2seq_targets(tensors);
  const nn::ForwardContext context{.training = true};
  std::vector<double> losses;
  for (int64_t step = 0; step < num_steps; ++step) {
    const at::Tensor of_step = targets.masked_fill(at::arange(targets.size(0)).remainder(10).eq(step), -100);
    const model::Hidden hidden = loaded.model->hidden(seq2seq_batch(tensors), context);
    const at::Tensor loss =
        model::masked_lm_loss(*loaded.model, hidden, of_step, of_step.ne(-100).sum().item<int64_t>(), context);
    for (const model::NamedParameter& parameter : parameters) parameter.tensor.mutable_grad() = at::Tensor();
    loss.backward();
    optimizer->step(learning_rate);
    losses.push_back(loss.item<double>());
  }
  return losses;
}

TEST_CASE("ten training steps of every model with an encoder and a decoder have the losses of transformers") {
  for (const std::string& name : seq2seq_names()) {
    CAPTURE(name);
    const Json expected = read_json(seq2seq_fixtures() / name / "parity.json");
    const std::vector<double> losses = losses_of(name, expected["learning_rate"], 10);
    REQUIRE(losses.size() == expected["losses"].size());
    for (size_t step = 0; step < losses.size(); ++step) {
      CAPTURE(step);
      CHECK(losses[step] == doctest::Approx(expected["losses"][step].get<double>()).epsilon(1e-5));
    }
  }
}

}  // namespace seq2seq_steps_test
