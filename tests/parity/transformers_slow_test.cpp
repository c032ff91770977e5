// transformers loads folders that hone saved. A slow proof: HONE_ORACLE names a Python with torch and transformers.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn_like.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cstdlib>

#include "model/parameters.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"
#include "train/freezing.h"
#include "train/plan_fixture.h"
#include "train/run_state.h"

namespace transformers_slow_test {

using namespace hone;

void write_logits(const std::filesystem::path& path, const model::Inputs& batch, const at::Tensor& logits) {
  tensor::NamedTensors tensors = {{"input_ids", batch.text.ids}, {"logits", logits}};
  if (batch.text.type_ids.defined()) tensors.emplace_back("token_type_ids", batch.text.type_ids);
  tensors.emplace_back("offsets", at::tensor(batch.text.packing.offsets, at::kLong));
  tensor::write_safetensors(path, tensors);
}

// Saves with a head for `num_labels` labels (a new one if the folder's has another number) and asks the oracle.
int compare(const char* oracle, const model::ModelRequest& request, const model::Inputs& batch) {
  const at::NoGradGuard no_grad;
  const auto loaded = model::load_model(request);
  const TemporaryFolder folder;
  model::save_model(*loaded.model, loaded.config, folder.path() / "model");
  write_logits(folder.path() / "logits.safetensors", batch, loaded.model->forward(batch, {}));
  const std::string command =
      fmt::format("{} {}/tests/fixtures/compare_model.py {} {}", oracle, HONE_SOURCE_DIR,
                  (folder.path() / "model").string(), (folder.path() / "logits.safetensors").string());
  return std::system(command.c_str());
}

TEST_CASE("transformers' TrainerState loads a run's trainer_state.json" * doctest::skip()) {
  const char* oracle = std::getenv("HONE_ORACLE");
  if (oracle == nullptr || !std::filesystem::exists(oracle)) {
    MESSAGE("skipped: HONE_ORACLE does not name a Python with transformers");
    return;
  }
  const TemporaryFolder folder;
  train::RunState state;
  state.global_step = 7;
  state.log_history = {{{"loss", 0.5}, {"epoch", 0.5}, {"step", 5}}, {{"eval_loss", nullptr}, {"step", 7}}};
  write_run_state(folder.path(), state, plan_of({}, 100), {0.25, 5, 0}, "out");
  const std::string command = fmt::format(
      "{} -c 'from transformers import TrainerState; s = TrainerState.load_from_json(\"{}\"); "
      "assert (s.global_step, s.max_steps, s.best_metric, s.best_global_step) == (7, 39, 0.25, 5), s; "
      "assert s.log_history[0][\"loss\"] == 0.5, s'",
      oracle, (folder.path() / "trainer_state.json").string());
  CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("transformers loads what hone saves without a warning and computes the same logits" * doctest::skip()) {
  const char* oracle = std::getenv("HONE_ORACLE");
  if (oracle == nullptr || !std::filesystem::exists(oracle)) {
    MESSAGE("skipped: HONE_ORACLE does not name a Python with transformers");
    return;
  }
  for (const std::string& name : tiny_models()) {
    const auto batch = packed_batch(read_tensors(fixture_models() / name / "parity.safetensors"));
    model::ModelRequest request{fixture_models() / name};
    request.id2label = {"NEG", "\xE4\xB8\xAD", "POS"};
    request.problem_type = "single_label_classification";
    CHECK(compare(oracle, request, batch) == 0);
  }
  for (const auto& [kind, head] : {std::pair("masked_lm", "masked-lm"), std::pair("causal_lm", "causal-lm")}) {
    for (const auto& entry : std::filesystem::directory_iterator(fixture_models().parent_path() / kind)) {
      if (!std::filesystem::exists(entry.path() / "parity.safetensors")) continue;
      CHECK(compare(oracle, {entry.path(), head}, packed_batch(read_tensors(entry.path() / "parity.safetensors"))) ==
            0);
    }
  }
  const std::filesystem::path minilm = std::filesystem::path(HONE_SOURCE_DIR) / "models" / "all-MiniLM-L6-v2";
  if (!std::filesystem::exists(minilm)) return;
  model::Inputs batch;
  batch.text.packing = tensor::Packing::from_lengths({3, 200, 77});
  batch.text.ids = at::arange(280, at::kLong).mul(7919).remainder(30000).add(100);
  model::ModelRequest request{minilm};
  request.id2label = {"NEGATIVE", "POSITIVE"};
  CHECK(compare(oracle, request, batch) == 0);
}

// Saves the model with adapters of random values, and its logits.
void write_adapter(const std::string& name, bool use_dora, const std::filesystem::path& folder) {
  const at::NoGradGuard no_grad;
  train::TrainOptions options;
  options.model_name_or_path = fixture_models() / name;
  options.adapter = {.peft = "lora", .lora_r = 4, .lora_alpha = 16, .use_rslora = true, .use_dora = use_dora};
  model::LoadedModel loaded = model::load_model({options.model_name_or_path});
  train::freeze(loaded, options);
  for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
    if (parameter.tensor.requires_grad()) parameter.tensor.add_(at::randn_like(parameter.tensor) * 0.3);
  }
  model::save_adapter(*loaded.model, *loaded.adapter, loaded.config, folder);
  const auto batch = packed_batch(read_tensors(options.model_name_or_path / "parity.safetensors"));
  write_logits(folder / "logits.safetensors", batch, loaded.model->forward(batch, {}));
}

TEST_CASE("PEFT loads the adapters that hone saves and computes the same logits" * doctest::skip()) {
  const char* oracle = std::getenv("HONE_ORACLE");
  if (oracle == nullptr || std::system(fmt::format("{} -c 'import peft'", oracle).c_str()) != 0) {
    MESSAGE("skipped: HONE_ORACLE does not name a Python with peft");
    return;
  }
  const TemporaryFolder folder;
  std::string folders;
  for (const std::string& name : tiny_models()) {
    for (const bool use_dora : {false, true}) {
      const std::filesystem::path path = folder.path() / fmt::format("{}-{}", name, use_dora ? "dora" : "lora");
      write_adapter(name, use_dora, path);
      folders += " " + path.string();
    }
  }
  const std::string command =
      fmt::format("{} {}/tests/fixtures/compare_adapter.py{}", oracle, HONE_SOURCE_DIR, folders);
  CHECK(std::system(command.c_str()) == 0);
}

}  // namespace transformers_slow_test
