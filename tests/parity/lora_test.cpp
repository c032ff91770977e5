// Compares fifty training steps with adapters with PEFT, and reads and writes its files
// (tests/fixtures/make_lora_fixtures.py).
#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "base/sha256.h"
#include "model/lora_targets.h"
#include "model/save.h"
#include "parity/training_fixture.h"
#include "temporary_folder.h"
#include "tensor/safetensors.h"

namespace lora_test {

using namespace hone;

namespace fs = std::filesystem;

fs::path fixtures() { return fixture_models().parent_path() / "lora"; }

Json parity() { return read_json(fixtures() / "parity.json"); }

fs::path folder_of(const Json& expected) {
  return fixtures() /
         fmt::format("{}-{}", expected["family"].get<std::string>(), expected["method"].get<std::string>());
}

std::vector<std::string> targets_of(const Json& value) {
  if (value.is_array()) return value.get<std::vector<std::string>>();
  const auto text = value.get<std::string>();
  return {text == model::kAllLinear ? text : fmt::format("/{}/", text)};
}

train::AdapterOptions options_of(const Json& config) {
  train::AdapterOptions options{.peft = "lora"};
  for (const auto& [key, value] : config.items()) {
    if (key == "r") options.lora_r = value;
    if (key == "lora_alpha") options.lora_alpha = value.get<double>();
    if (key == "use_rslora") options.use_rslora = value.get<bool>();
    if (key == "use_dora") options.use_dora = value.get<bool>();
    if (key == "target_modules") options.lora_target_modules = targets_of(value);
    if (key == "modules_to_save") options.modules_to_save = value.get<std::vector<std::string>>();
  }
  return options;
}

// Returns the digest of all A matrices in the model's order.
std::string digest_of_draws(const model::Model& model) {
  std::string bytes;
  for (const model::NamedParameter& parameter : model::named_parameters(model)) {
    if (!parameter.name.ends_with(".lora_A.weight")) continue;
    bytes.append(static_cast<const char*>(parameter.tensor.const_data_ptr()), parameter.tensor.nbytes());
  }
  return sha256(bytes);
}

at::Tensor logits_of(const model::ModelRequest& request, const std::string& family) {
  const at::NoGradGuard no_gradients;
  const model::LoadedModel loaded = model::load_model(request);
  const auto batch = packed_batch(read_tensors(fixture_models() / ("tiny-" + family) / "parity.safetensors"));
  return loaded.model->forward(batch, {});
}

at::Tensor tensor_of(const Json& rows) {
  std::vector<at::Tensor> tensors;
  for (const Json& row : rows) tensors.push_back(at::tensor(row.get<std::vector<float>>()));
  return at::stack(tensors);
}

void check_trained_like_peft(const Json& expected, const Json& settings) {
  const std::string family = expected["family"];
  train::TrainOptions options = training_options_of(settings);
  options.model_name_or_path = fixture_models() / ("tiny-" + family);
  options.adapter = options_of(expected["config"]);
  TinyRun run(options, training_rows_of(options.model_name_or_path, settings["max_steps"], settings["batch_size"], 10),
              false, family);
  CHECK(digest_of_draws(*run.loaded.model) == expected["initial_a"]["sha256"]);
  std::vector<std::string> trained;
  for (const model::NamedParameter& parameter : model::named_parameters(*run.loaded.model)) {
    if (parameter.tensor.requires_grad()) trained.push_back(parameter.name);
  }
  CHECK(Json(trained) == expected["trained"]);
  CHECK(run.run() == train::RunEnd::kFinished);
  check_training_numbers(run.trainer->state(), "loss", expected["losses"], kTrainingTolerance);
  check_training_numbers(run.trainer->state(), "grad_norm", expected["grad_norms"], kTrainingTolerance);
  for (const model::NamedParameter& parameter : model::named_parameters(*run.loaded.model)) {
    if (parameter.tensor.requires_grad()) continue;
    CHECK_FALSE(parameter.tensor.grad().defined());
  }
}

TEST_CASE("fifty steps of LoRA, rsLoRA and DoRA have PEFT's draws, losses and norms") {
  const Json fixture = parity();
  for (const Json& expected : fixture["cases"]) {
    INFO(folder_of(expected).filename().string());
    check_trained_like_peft(expected, fixture["settings"]);
  }
}

TEST_CASE("a folder that PEFT saved has its logits, as it is and merged") {
  const Json fixture = parity();
  for (const Json& expected : fixture["cases"]) {
    const std::string family = expected["family"];
    const fs::path folder = folder_of(expected);
    INFO(folder.filename().string());
    model::ModelRequest request{folder};
    CHECK(relative_difference(logits_of(request, family), tensor_of(expected["logits"])) < 1e-5);
    request.merges_adapter = true;
    CHECK(relative_difference(logits_of(request, family), tensor_of(expected["merged_logits"])) < 1e-5);
    CHECK(relative_difference(logits_of(request, family), tensor_of(expected["logits"])) < 1e-4);
  }
}

TEST_CASE("hone writes PEFT's files with the same names, values and keys") {
  const Json fixture = parity();
  for (const Json& expected : fixture["cases"]) {
    const fs::path folder = folder_of(expected);
    INFO(folder.filename().string());
    const TemporaryFolder saved;
    const model::LoadedModel loaded = model::load_model({folder});
    model::save_adapter(*loaded.model, *loaded.adapter, loaded.config, saved.path());
    CHECK(same_bits(read_tensors(saved.path() / "adapter_model.safetensors"),
                    read_tensors(folder / "adapter_model.safetensors")));
    CHECK(read_json(saved.path() / "adapter_config.json") == read_json(folder / "adapter_config.json"));
  }
}

TEST_CASE("a run's adapter_config.json is PEFT's") {
  const Json fixture = parity();
  for (const Json& expected : fixture["cases"]) {
    INFO(folder_of(expected).filename().string());
    train::TrainOptions options = training_options_of(fixture["settings"]);
    options.model_name_or_path = fixture_models() / fmt::format("tiny-{}", expected["family"].get<std::string>());
    options.adapter = options_of(expected["config"]);
    model::LoadedModel loaded = model::load_model({options.model_name_or_path});
    train::freeze(loaded, options);
    Json own = loaded.adapter->to_json(), peft = read_json(folder_of(expected) / "adapter_config.json");
    CHECK(own["base_model_name_or_path"] == fs::weakly_canonical(options.model_name_or_path).string());
    for (Json* config : {&own, &peft}) {
      config->erase("base_model_name_or_path");
      for (const char* key : {"target_modules", "modules_to_save"}) {  // PEFT writes sets in any order
        if (!(*config)[key].is_array()) continue;
        auto names = (*config)[key].get<std::vector<std::string>>();
        std::ranges::sort(names);
        (*config)[key] = names;
      }
    }
    CHECK(own == peft);
  }
}

TEST_CASE("all-linear means the linears that PEFT adapts") {
  const Json fixture = parity();
  for (const auto& [family, names] : fixture["all_linear"].items()) {
    if (names.is_null()) continue;  // PEFT refuses it
    INFO(family);
    const model::LoadedModel loaded = model::load_model({fixture_models() / ("tiny-" + family)});
    model::AdapterConfig config;
    config.modules_to_save = {"classifier", "score"};
    const std::vector<std::string> all = {std::string(model::kAllLinear)};
    CHECK(Json(model::lora_targets(*loaded.model, all, [](const auto&) { return false; }, config)) == names);
  }
}

TEST_CASE("the draws of adapters follow those of a new head, which is saved whole") {
  const TemporaryFolder folder;
  tensor::NamedTensors body;
  for (const auto& [name, value] : read_tensors(fixture_models() / "tiny-bert" / "model.safetensors")) {
    if (name.starts_with("bert.") && !name.starts_with("bert.pooler.")) body.emplace_back(name, value);
  }
  tensor::write_safetensors(folder.path() / "model.safetensors", body);
  fs::copy(fixture_models() / "tiny-bert" / "config.json", folder.path() / "config.json");
  train::TrainOptions options;
  options.model_name_or_path = folder.path();
  options.adapter.peft = "lora";
  model::LoadedModel loaded = model::load_model({folder.path()});
  train::freeze(loaded, options);
  CHECK(digest_of_draws(*loaded.model) == parity()["new_head"]["sha256"]);
  CHECK(loaded.adapter->modules_to_save == std::vector<std::string>{"classifier", "score", "bert.pooler"});
}

}  // namespace lora_test
