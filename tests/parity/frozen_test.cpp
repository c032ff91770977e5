// Compares ten training steps with frozen parameters with transformers: what is trained, losses, gradients, norms and
// the final weights (tests/fixtures/make_frozen_fixture.py).
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <sstream>

#include "parity/training_fixture.h"
#include "train/json_fixture.h"

namespace frozen_test {

using namespace hone;

std::vector<std::string> items_of(const std::string& text) {
  std::vector<std::string> items;
  std::istringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) items.push_back(item);
  return items;
}

// The gradients of the first step, before clipping.
void check_gradients(TinyRun& run, const Json& expected) {
  const std::vector<std::vector<uint64_t>> batches = {run.trainer->next_rows()};
  const std::vector<uint64_t> rows(batches[0].begin(), batches[0].begin() + run.plan.batch_size);
  (run.train->loss(*run.loaded.model, rows, {.training = true}) / static_cast<double>(rows.size())).backward();
  double largest = 0;  // a key's bias has no gradient but rounding errors
  for (const Json& of_parameter : expected) largest = std::max(largest, of_parameter[0].get<double>());
  for (const model::NamedParameter& parameter : model::named_parameters(*run.loaded.model)) {
    INFO(parameter.name);
    const at::Tensor gradient = parameter.tensor.grad();
    REQUIRE(gradient.defined() == expected.contains(parameter.name));
    if (!gradient.defined()) continue;
    const double norm = expected[parameter.name][0], sum = expected[parameter.name][1];
    CHECK(std::abs(gradient.to(at::kDouble).norm().item<double>() - norm) < 1e-5 * std::max(norm, largest / 100));
    CHECK(std::abs(gradient.to(at::kDouble).sum().item<double>() - sum) <
          1e-5 * std::max(gradient.abs().sum().item<double>(), largest / 10));
    parameter.tensor.mutable_grad() = at::Tensor();
  }
}

TEST_CASE("ten steps with frozen parameters have the losses, gradients and weights of transformers") {
  const Json fixture = train_fixture_file("frozen.json");
  const Json& settings = fixture["settings"];
  for (const Json& expected : fixture["cases"]) {
    for (const char* mode : {"eval", "train"}) {
      const std::string family = expected["family"], freeze = expected["freeze"];
      INFO(family << " with " << freeze << " in the mode " << mode);
      const std::filesystem::path folder = fixture_models() / ("tiny-" + family);
      train::TrainOptions options = training_options_of(settings);
      options.freeze = items_of(freeze);
      options.frozen_mode = mode;
      TinyRun run(options, training_rows_of(folder, settings["max_steps"], settings["batch_size"]), false, family);
      std::vector<std::string> trained;
      for (const model::NamedParameter& parameter : model::named_parameters(*run.loaded.model)) {
        if (parameter.tensor.requires_grad()) trained.push_back(parameter.name);
      }
      CHECK(Json(trained) == expected["trained"]);
      check_gradients(run, expected["gradients"]);
      CHECK(run.run() == train::RunEnd::kFinished);
      check_training_numbers(run.trainer->state(), "loss", expected["losses"], 1e-5);
      check_training_numbers(run.trainer->state(), "grad_norm", expected["grad_norms"], 1e-4);
      check_final_weights(run, expected["final_weight_sums"]);
    }
  }
}

TEST_CASE("ten steps that unfreeze from the top have the losses, norms and weights of transformers") {
  const Json fixture = train_fixture_file("unfrozen.json");
  const Json& settings = fixture["settings"];
  for (const Json& expected : fixture["cases"]) {
    const std::string family = expected["family"];
    INFO(family);
    const std::filesystem::path folder = fixture_models() / ("tiny-" + family);
    train::TrainOptions options = training_options_of(settings);
    options.freeze = {"all-but-head"};
    options.unfreeze_schedule = expected["schedule"].get<std::vector<std::string>>();
    TinyRun run(options, training_rows_of(folder, settings["max_steps"], settings["batch_size"]), false, family);
    CHECK(run.run() == train::RunEnd::kFinished);
    check_training_numbers(run.trainer->state(), "loss", expected["losses"], 1e-5);
    check_training_numbers(run.trainer->state(), "grad_norm", expected["grad_norms"], 1e-4);
    check_final_weights(run, expected["final_weight_sums"]);
  }
}

}  // namespace frozen_test
