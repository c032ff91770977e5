// Adapters in whole runs: what is trained and saved, resuming, going on, and invalid options.
#include "train/adapting.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/files.h"
#include "captured_log.h"
#include "expect_error.h"
#include "kernel/cpu.h"
#include "model/lora.h"
#include "temporary_folder.h"
#include "train/run.h"
#include "train/train_fixture.h"

namespace adapting_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

TrainOptions lora_options(const TemporaryFolder& folder, const char* output = "out") {
  TrainOptions options = quiet_options(folder.path() / output);
  options.train_file = {folder.write("train.csv", three_label_rows(20)).string()};
  options.validation_file = {folder.write("validation.csv", three_label_rows(6)).string()};
  options.num_train_epochs = 2;
  options.learning_rate = 1e-2;
  options.eval_strategy = options.save_strategy = "epoch";
  options.adapter.peft = "lora";
  options.adapter.lora_r = 4;
  return options;
}

// Joins the lines of a fact.
std::string unwrapped(std::string log) {
  const std::string line_break = "\n          ";
  for (size_t at = log.find(line_break); at != std::string::npos; at = log.find(line_break)) {
    log.replace(at, line_break.size(), " ");
  }
  return log;
}

Tensors adapter_of(const fs::path& folder) { return read_tensors(folder / "adapter_model.safetensors"); }

Error run_error(const TrainOptions& options) {
  return expect_error([&] { run_training(options); });
}

TEST_CASE("a run with adapters writes PEFT's files, and trains and keeps state of nothing else") {
  const TemporaryFolder folder;
  const TrainOptions options = lora_options(folder);
  const std::string log = captured_log([&] { CHECK(run_training(options) == RunEnd::kFinished); });
  CHECK(contains(unwrapped(log), "LoRA of rank 4, alpha 8 on 4 linears (query, value); trained whole: classifier"));
  CHECK_FALSE(fs::exists(options.output_dir / "model.safetensors"));
  CHECK_FALSE(fs::exists(options.output_dir / "config.json"));  // transformers would take it for a whole model
  for (const char* file : {"adapter_config.json", "model_config.json", "tokenizer.json", "training_args.json"}) {
    CHECK(fs::exists(options.output_dir / file));
  }
  std::vector<std::string> names;
  for (const auto& [name, value] : adapter_of(options.output_dir)) names.push_back(name);
  CHECK(names.size() == 4 * 2 + 2);
  CHECK(std::ranges::count(names, "base_model.model.bert.encoder.layer.1.attention.self.value.lora_B.weight") == 1);
  for (const auto& [name, value] : read_tensors(checkpoint_path(options.output_dir, 5) / "optimizer.safetensors")) {
    CHECK_MESSAGE((contains(name, ".lora_") || contains(name, "classifier")), name);
  }
  const Json run = read_json(options.output_dir / "run.json");
  CHECK(run["num_trained_parameters"] == 4 * 2 * 4 * 32 + 3 * 32 + 3);
  CHECK(contains(run["adapters"].get<std::string>(), "LoRA of rank 4"));
}

TEST_CASE("a run with adapters that was stopped and resumed is bit-identical to an uninterrupted one") {
  for (const char* variant : {"lora", "dora", "frozen"}) {
    INFO(variant);
    const TemporaryFolder folder;
    TrainOptions whole = lora_options(folder, "whole"), stopped = lora_options(folder, "stopped");
    for (TrainOptions* options : {&whole, &stopped}) {
      options->adapter.lora_dropout = 0.2;
      if (variant == std::string("dora")) options->adapter.use_dora = true;
      if (variant == std::string("frozen")) options->freeze = {"embeddings+1"};
    }
    run_training(whole);
    stopped.stop_after_steps = 7;
    CHECK(run_training(stopped) == RunEnd::kStoppedAfterSteps);
    stopped.stop_after_steps = 0;
    stopped.resume_from_checkpoint = "true";
    CHECK(run_training(stopped) == RunEnd::kFinished);
    CHECK(same_bits(adapter_of(whole.output_dir), adapter_of(stopped.output_dir)));
  }
}

TEST_CASE("in bf16 adapters follow the losses of fp32, and a resumed run is bit-identical") {
  if (!kernel::has_native_bf16()) {
    MESSAGE("skipped: this processor has no bf16 instructions");
    return;
  }
  for (const bool use_dora : {false, true}) {
    INFO(use_dora);
    const TemporaryFolder folder;
    const auto options_of = [&](const char* output, const char* precision) {
      TrainOptions options = lora_options(folder, output);
      options.logging_steps = 1;
      options.adapter.use_dora = use_dora;
      options.adapter.lora_dropout = 0.1;
      options.compute.precision = precision;
      return options;
    };
    const auto losses_of = [&](const TrainOptions& options) {
      std::vector<double> losses;
      const Json state = read_json(options.output_dir / "trainer_state.json");
      for (const Json& entry : state["log_history"]) {
        if (entry.contains("loss")) losses.push_back(entry["loss"]);
      }
      return losses;
    };
    const TrainOptions full = options_of("full", "fp32"), whole = options_of("whole", "bf16");
    TrainOptions stopped = options_of("stopped", "bf16");
    run_training(full);
    run_training(whole);
    const std::vector<double> expected = losses_of(full), losses = losses_of(whole);
    REQUIRE(losses.size() == 10);
    REQUIRE(expected.size() == 10);
    CHECK(losses != expected);
    for (size_t step = 0; step < losses.size(); ++step) {
      CHECK(losses[step] == doctest::Approx(expected[step]).epsilon(0.02));
    }
    for (const auto& [name, value] : adapter_of(whole.output_dir)) CHECK((value.scalar_type() == at::kFloat));
    stopped.stop_after_steps = 7;
    CHECK(run_training(stopped) == RunEnd::kStoppedAfterSteps);
    stopped.stop_after_steps = 0;
    stopped.resume_from_checkpoint = "true";
    CHECK(run_training(stopped) == RunEnd::kFinished);
    CHECK(same_bits(adapter_of(whole.output_dir), adapter_of(stopped.output_dir)));
  }
}

TEST_CASE("the best adapter becomes the final one") {
  const TemporaryFolder folder;
  TrainOptions options = lora_options(folder);
  options.load_best_model_at_end = true;
  options.learning_rate = 0.5;  // later epochs are worse
  options.num_train_epochs = 4;
  CHECK(run_training(options) == RunEnd::kFinished);
  const Json state = read_json(options.output_dir / "trainer_state.json");
  const int64_t best = state["best_global_step"];
  CHECK(same_bits(adapter_of(options.output_dir), adapter_of(checkpoint_path(options.output_dir, best))));
}

TEST_CASE("an adapter is trained further from its folder, and stays an adapter of its base model") {
  const TemporaryFolder folder;
  TrainOptions first = lora_options(folder, "first");
  first.adapter.use_rslora = true;
  run_training(first);
  TrainOptions second = lora_options(folder, "second");
  second.adapter = {};
  second.model_name_or_path = first.output_dir;
  second.learning_rate = 0;
  second.optim = "sgd";
  CHECK(run_training(second) == RunEnd::kFinished);
  CHECK(same_bits(adapter_of(first.output_dir), adapter_of(second.output_dir)));
  CHECK(read_json(first.output_dir / "adapter_config.json") == read_json(second.output_dir / "adapter_config.json"));
  TrainOptions third = second;
  third.output_dir = folder.path() / "third";
  third.learning_rate = 1e-2;
  CHECK(run_training(third) == RunEnd::kFinished);
  CHECK_FALSE(same_bits(adapter_of(first.output_dir), adapter_of(third.output_dir)));
}

TEST_CASE("a new head beside an adapter that brings none is trained and saved") {
  const TemporaryFolder folder;
  const auto remove_head = [](const fs::path& path) {
    tensor::NamedTensors rest;
    for (const auto& [name, value] : read_tensors(path)) {
      if (!contains(name, "classifier")) rest.emplace_back(name, value.clone());
    }
    tensor::write_safetensors(path, rest);
  };
  TrainOptions options = lora_options(folder);
  fs::copy(options.model_name_or_path, folder.path() / "body");
  options.model_name_or_path = folder.path() / "body";
  remove_head(options.model_name_or_path / "model.safetensors");
  CHECK(run_training(options) == RunEnd::kFinished);
  remove_head(options.output_dir / "adapter_model.safetensors");
  Json config = read_json(options.output_dir / "adapter_config.json");
  config["modules_to_save"] = nullptr;
  write_json(options.output_dir / "adapter_config.json", config);
  TrainOptions more = lora_options(folder, "more");
  more.adapter = {};
  more.model_name_or_path = options.output_dir;
  more.ignore_mismatched_sizes = true;
  CHECK(run_training(more) == RunEnd::kFinished);
  CHECK(adapter_of(more.output_dir).contains("base_model.model.classifier.weight"));
}

TEST_CASE("frozen layers get no adapters, and the file says which linears have one") {
  const TemporaryFolder folder;
  TrainOptions options = lora_options(folder);
  options.freeze = {"embeddings+1"};
  run_training(options);
  CHECK(adapter_of(options.output_dir).size() == 2 * 2 + 2);
  const Json config = read_json(options.output_dir / "adapter_config.json");
  CHECK(config["target_modules"] ==
        Json({"bert.encoder.layer.1.attention.self.query", "bert.encoder.layer.1.attention.self.value"}));
  CHECK(read_json(options.output_dir / "run.json")["frozen"] == "embeddings, layer 1 of 2");
}

TEST_CASE("adapters train with recomputed layers bit for bit as without, also with dropout") {
  const TemporaryFolder folder;
  TrainOptions stored = lora_options(folder, "stored"), recomputed = lora_options(folder, "recomputed");
  stored.adapter.lora_dropout = recomputed.adapter.lora_dropout = 0.3;
  recomputed.gradient_checkpointing = true;
  run_training(stored);
  run_training(recomputed);
  CHECK(same_bits(adapter_of(stored.output_dir), adapter_of(recomputed.output_dir)));
}

TEST_CASE("invalid and contradictory options are errors that say what to do") {
  const TemporaryFolder folder;
  TrainOptions none = lora_options(folder);
  none.adapter.peft = "none";
  const Error without = run_error(none);
  CHECK(without.kind() == ErrorKind::kUsage);
  CHECK(contains(without.what(), "lora_r is given, but peft is \"none\""));
  CHECK(contains(without.hint(), "add --peft lora"));
  TrainOptions resized = lora_options(folder);
  resized.resize_embeddings = true;
  CHECK(contains(run_error(resized).what(), "resize_embeddings adds rows"));
  TrainOptions unknown = lora_options(folder);
  unknown.adapter.lora_target_modules = {"q_proj"};
  CHECK(contains(run_error(unknown).what(), "\"q_proj\" names no linear of the model"));
  TrainOptions module = lora_options(folder);
  module.adapter.modules_to_save = {"norm"};
  CHECK(contains(run_error(module).what(), "modules_to_save: \"norm\" names no module"));
  CHECK_FALSE(fs::exists(none.output_dir));
  TrainOptions empty = lora_options(folder);
  empty.model_name_or_path = folder.path() / "empty";
  fs::create_directory(empty.model_name_or_path);
  for (const char* file : {"config.json", "tokenizer.json", "tokenizer_config.json"}) {
    fs::copy(fixture_models() / "tiny-bert" / file, empty.model_name_or_path / file);
  }
  CHECK(contains(run_error(empty).what(), "has no weights"));
}

TEST_CASE("a run is resumed with its own adapters only, and an adapter keeps its settings") {
  const TemporaryFolder folder;
  TrainOptions options = lora_options(folder);
  options.stop_after_steps = 5;
  run_training(options);
  TrainOptions other = options;
  other.stop_after_steps = 0;
  other.resume_from_checkpoint = "true";
  other.adapter.lora_r = 2;
  const Error error = run_error(other);
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "is of a run with --peft lora --lora-r 4; this run has --peft lora --lora-r 2"));
  other.adapter = {};
  CHECK(contains(run_error(other).what(), "this run has no --peft"));

  TrainOptions further = lora_options(folder, "further");
  further.model_name_or_path = checkpoint_path(options.output_dir, 5);
  further.adapter.lora_r = 16;
  const Error rank = run_error(further);
  CHECK(contains(rank.what(), "lora_r is 16, but"));
  CHECK(contains(rank.what(), "is an adapter with 4"));
  CHECK(contains(rank.hint(), "leave it out to train this adapter further"));
  further.adapter.lora_r = 4;
  further.adapter.lora_target_modules = {"query"};
  CHECK(contains(run_error(further).what(), "lora_target_modules is query, but"));
  further.adapter.lora_target_modules = {};
  CHECK(run_training(further) == RunEnd::kFinished);
}

}  // namespace adapting_test
