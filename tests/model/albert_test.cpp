#include "model/albert.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <doctest/doctest.h>
#include <torch/csrc/api/include/torch/nn/module.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

#include "expect_error.h"
#include "model/families.h"
#include "model/initialize.h"
#include "model/model.h"
#include "model/parameters.h"
#include "parity/parity_fixture.h"

namespace albert_test {

using namespace hone;

std::unique_ptr<model::Model> albert_of(const Json& changes) {
  Json json = read_json(fixture_models() / "tiny-albert" / "config.json");
  json.update(changes);
  const model::ModelConfig config(json, "config.json");
  const model::Family& family = model::family_of(config);
  return std::make_unique<model::Model>(config, family, model::find_head(family, "token"));
}

model::Inputs one_text() {
  model::Inputs inputs;
  inputs.text.packing = tensor::Packing::from_lengths({3});
  inputs.text.ids = at::ones({3}, at::kLong);
  return inputs;
}

TEST_CASE("a model has as many layers as it computes, and weights for its groups only") {
  const auto model = albert_of({{"num_hidden_layers", 7}, {"num_hidden_groups", 2}, {"inner_group_num", 3}});
  std::vector<at::Tensor> outputs;
  for (const model::NamedParameter& parameter : model::named_parameters(*model)) {
    const at::NoGradGuard no_gradients;
    at::Tensor(parameter.tensor).fill_(0.1);
  }
  const at::NoGradGuard no_gradients;
  model->hidden(one_text(), {}, {.outputs = &outputs});
  CHECK(outputs.size() == 1 + 7 * 3);
  std::set<std::string> layers;
  for (const model::NamedParameter& parameter : model::named_parameters(*model)) {
    const auto end = parameter.name.find(".ffn.weight");
    if (end != std::string::npos) layers.insert(parameter.name.substr(0, end));
  }
  CHECK(layers.size() == 2 * 3);
}

TEST_CASE("the layers inside a group are computed one after another") {
  const Json of_pairs{{"num_hidden_layers", 1}, {"num_hidden_groups", 1}, {"inner_group_num", 2}};
  const Json of_groups{{"num_hidden_layers", 2}, {"num_hidden_groups", 2}, {"inner_group_num", 1}};
  const auto pair = albert_of(of_pairs), groups = albert_of(of_groups);
  const auto parameters = pair->module().named_parameters();
  const at::NoGradGuard no_gradients;
  const at::Generator generator = model::seeded_generator(3);
  for (const model::NamedParameter& parameter : model::named_parameters(*groups)) {
    at::Tensor(parameter.tensor).normal_(0.0, 0.2, generator);
    std::string name = parameter.name;
    const std::string second = "albert_layer_groups.1.albert_layers.0";
    if (const auto at = name.find(second); at != std::string::npos) {
      name.replace(at, second.size(), "albert_layer_groups.0.albert_layers.1");
    }
    REQUIRE(parameters.contains(name));
    parameters[name].copy_(parameter.tensor);
  }
  CHECK(at::equal(pair->forward(one_text(), {}), groups->forward(one_text(), {})));
}

// The second half of each layer adds nothing, and the first adds dropout(1), so the values of the first layer are two:
// of kept and of dropped columns. If the second layer dropped the same columns, it would have two values as well.
TEST_CASE("layers with the same weights have dropout of their own") {
  const auto model = albert_of({{"num_hidden_groups", 1}, {"inner_group_num", 1}, {"hidden_dropout_prob", 0.5}});
  const at::NoGradGuard no_gradients;
  for (const model::NamedParameter& parameter : model::named_parameters(*model)) {
    const bool is_one = parameter.name.ends_with("attention.dense.bias") ||
                        parameter.name.ends_with("attention.LayerNorm.weight") ||
                        parameter.name.ends_with("full_layer_layer_norm.weight");
    at::Tensor(parameter.tensor).fill_(is_one ? 1 : 0);
  }
  std::vector<at::Tensor> outputs;
  model->hidden(one_text(), {.training = true, .seed = 1}, {.outputs = &outputs});
  const auto num_values = [](const at::Tensor& row) {
    std::set<int64_t> values;
    for (int64_t i = 0; i < row.numel(); ++i) values.insert(std::llround(row[i].item<double>() * 1000));
    return values.size();
  };
  CHECK(num_values(outputs[1][0]) == 2);
  CHECK(num_values(outputs[2][0]) > 2);
}

TEST_CASE("classifier_dropout_prob may be null, and positions must be absolute") {
  CHECK_NOTHROW(albert_of({{"classifier_dropout_prob", nullptr}}));
  const Error error = expect_error([] { albert_of({{"position_embedding_type", "relative_key"}}); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "\"position_embedding_type\" is \"relative_key\""));
}

}  // namespace albert_test
