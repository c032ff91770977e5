#include "train/learning_rates.h"

#include <doctest/doctest.h>

#include "parity/training_fixture.h"
#include "train/json_fixture.h"

namespace learning_rates_test {

using namespace hone;
using namespace hone::train;

std::map<std::string, double> factors_of(const std::string& family, const RateShares& shares) {
  const model::LoadedModel loaded = model::load_model({fixture_models() / ("tiny-" + family)});
  NamedParameters parameters = model::named_parameters(*loaded.model);
  set_rate_factors(*loaded.model, shares, parameters);
  std::map<std::string, double> factors;
  for (const model::NamedParameter& parameter : parameters) factors[parameter.name] = parameter.rate_factor;
  return factors;
}

TEST_CASE("each layer below the head has a smaller share of the learning rate, the embeddings the smallest") {
  const auto factors = factors_of("bert", {.layerwise_decay = 0.5});
  CHECK(factors.at("classifier.weight") == 1);
  CHECK(factors.at("bert.pooler.dense.weight") == 1);
  CHECK(factors.at("bert.encoder.layer.1.output.dense.bias") == 0.5);
  CHECK(factors.at("bert.encoder.layer.0.output.dense.bias") == 0.25);
  CHECK(factors.at("bert.embeddings.word_embeddings.weight") == 0.125);
  const auto with_head = factors_of("bert", {.layerwise_decay = 0.5, .head_factor = 20});
  CHECK(with_head.at("classifier.bias") == 20);
  CHECK(with_head.at("bert.pooler.dense.weight") == 1);
  for (const auto& [name, factor] : factors_of("bert", {})) CHECK(factor == 1);
}

TEST_CASE("a parameter that several layers read has the share of the first") {
  const auto albert = factors_of("albert", {.layerwise_decay = 0.5});
  CHECK(albert.at("albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.bias") == 0.125);
  CHECK(albert.at("albert.encoder.albert_layer_groups.1.albert_layers.0.ffn.bias") == 0.5);
  CHECK(factors_of("deberta-v2", {.layerwise_decay = 0.5}).at("deberta.encoder.rel_embeddings.weight") == 0.25);
}

TEST_CASE("frozen parameters stay frozen") {
  model::LoadedModel loaded = model::load_model({fixture_models() / "tiny-bert"});
  TrainOptions options = quiet_options("");
  options.freeze = {"embeddings+1"};
  freeze(loaded, options);
  NamedParameters parameters = model::named_parameters(*loaded.model);
  set_rate_factors(*loaded.model, {.layerwise_decay = 0.5}, parameters);
  for (const model::NamedParameter& parameter : parameters) {
    CHECK(parameter.tensor.requires_grad() == (parameter.rate_factor >= 0.5));
  }
}

TEST_CASE("ten steps with a rate for each layer have the losses and weights of torch with a group for each parameter") {
  const Json fixture = train_fixture_file("layer_rates.json");
  const Json& settings = fixture["settings"];
  for (const Json& expected : fixture["cases"]) {
    const std::string family = expected["family"];
    INFO(family << " with " << expected["layerwise_lr_decay"]);
    TrainOptions options = training_options_of(settings);
    options.layerwise_lr_decay = expected["layerwise_lr_decay"];
    if (!expected["head_learning_rate"].is_null())
      options.head_learning_rate = expected["head_learning_rate"].get<double>();
    const std::filesystem::path folder = fixture_models() / ("tiny-" + family);
    TinyRun run(options, training_rows_of(folder, settings["max_steps"], settings["batch_size"]), false, family);
    CHECK(run.run() == RunEnd::kFinished);
    check_training_numbers(run.trainer->state(), "loss", expected["losses"], 1e-5);
    check_final_weights(run, expected["final_weight_sums"]);
  }
}

}  // namespace learning_rates_test
