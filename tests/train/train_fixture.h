// Shared by the tests of training: made-up rows, and a run of a tiny model that can be stopped and resumed as in
// another process.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/load.h"
#include "model/lora_file.h"
#include "model/parameters.h"
#include "model/save.h"
#include "parity/parity_fixture.h"
#include "task/text_classification.h"
#include "tensor/compute.h"
#include "tensor/safetensors.h"
#include "train/checkpoint.h"
#include "train/freezing.h"
#include "train/json_fixture.h"
#include "train/plan_fixture.h"
#include "train/trainer.h"
#include "train/unfreezing.h"

namespace hone {

// Returns rows as csv, with the three labels of tiny-bert. `vary`: the texts end in up to six other letters, so that
// few rows are equal.
inline std::string three_label_rows(int count, bool vary = false) {
  constexpr const char* kRows[][2] = {
      {"a bad and boring movie no", "NEGATIVE"}, {"it is a film", "NEUTRAL"}, {"the best film it is fun", "POSITIVE"}};
  std::string text = "text,label\n";
  for (int row = 0; row < count; ++row) {
    const auto& [words, label] = kRows[row % 3];
    text += words + (vary ? " " + std::string(static_cast<size_t>(row % 7), 'x') : "") + "," + label + "\n";
  }
  return text;
}

// Adds a row of tokens that tiny-bert has: 2 is [CLS], words begin at 5.
inline void add_row(task::ClassifiedTexts& texts, uint64_t length, uint64_t salt, int64_t label) {
  text::Encoding encoding;
  for (uint64_t i = 0; i < length; ++i) {
    encoding.ids.push_back(i == 0 ? 2 : static_cast<int32_t>(5 + (salt * 31 + i * i * 17) % 100));
    encoding.type_ids.push_back(0);
  }
  texts.texts.features.add(encoding);
  texts.labels.push_back(label);
}

// Rows of the three classes that the tiny models have.
inline task::ClassifiedTexts made_up_rows(uint64_t count, uint64_t salt = 1) {
  task::ClassifiedTexts texts{.names = {"NEGATIVE", "NEUTRAL", "POSITIVE"}};
  for (uint64_t row = 0; row < count; ++row) {
    add_row(texts, 3 + (row * row * 7 + salt) % 11, row * 13 + salt, static_cast<int64_t>((row * 5 + salt) % 3));
  }
  return texts;
}

inline std::unique_ptr<task::Examples> examples_of(task::ClassifiedTexts texts, double label_smoothing = 0) {
  texts.loss.label_smoothing = label_smoothing;
  return task::make_examples(std::move(texts));
}

using Tensors = std::map<std::string, at::Tensor>;

inline bool same_bits(const Tensors& a, const Tensors& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, value] : a) {
    const auto other = b.find(name);
    if (other == b.end() || !at::equal(value.view(at::kInt), other->second.view(at::kInt))) return false;
  }
  return true;
}

inline double largest_difference(const Tensors& a, const Tensors& b) {
  double largest = 0;
  for (const auto& [name, value] : a) largest = std::max(largest, (value - b.at(name)).abs().max().item<double>());
  return largest;
}

// Returns the log without the values that depend on the clock.
inline std::string timeless_log(const train::RunState& state) {
  std::string text;
  for (Json entry : state.log_history) {
    for (auto item = entry.begin(); item != entry.end();) {
      const std::string& key = item.key();
      item = key.ends_with("_per_second") || key.ends_with("_runtime") ? entry.erase(item) : std::next(item);
    }
    text += entry.dump() + "\n";
  }
  return text;
}

// Returns a key's values in the log, in order.
inline std::vector<double> logged(const train::RunState& state, const char* key) {
  std::vector<double> values;
  for (const Json& entry : state.log_history) {
    if (entry.contains(key) && entry[key].is_number()) values.push_back(entry[key].get<double>());
  }
  return values;
}

// Returns options that log, evaluate and save nothing.
inline train::TrainOptions quiet_options(const std::filesystem::path& output_dir) {
  train::TrainOptions options;
  options.output_dir = output_dir;
  options.model_name_or_path = fixture_models() / "tiny-bert";
  options.per_device_train_batch_size = 4;
  options.learning_rate = 1e-3;
  options.save_strategy = "no";
  options.compute = {.num_threads = 1, .device = "cpu", .precision = "fp32"};
  return options;
}

// A newly loaded model and its trainer, as in a new process.
struct TinyRun {
  TinyRun(const train::TrainOptions& options_in, task::ClassifiedTexts train_rows, bool dropout = true,
          const std::string& family = "bert", train::RunObserver* observer = nullptr, bool defers_results = false)
      : options(options_in),
        train(examples_of(std::move(train_rows), options.label_smoothing_factor)),
        evaluation(examples_of(made_up_rows(10, 77), options.label_smoothing_factor)) {
    const tensor::Compute compute = tensor::prepare_compute(options.compute);
    metrics = metric::classification_metrics(3);
    plan = train::make_plan(options, static_cast<int64_t>(train->size()), metrics);
    model::ModelRequest request;
    request.model_dir = fixture_models() / ("tiny-" + family);
    if (!dropout) request.config_overrides = no_dropout(family);
    loaded = model::load_model(request);
    train::freeze(loaded, options);
    loaded.model->set_compute(compute);
    train::TrainerInputs inputs;
    inputs.model = loaded.model;
    inputs.train = train.get();
    inputs.evaluation = evaluation.get();
    inputs.save_model = [this](const std::filesystem::path& folder) {
      if (loaded.adapter) return model::save_adapter(*loaded.model, *loaded.adapter, loaded.config, folder);
      model::save_model(*loaded.model, loaded.config, folder);
    };
    inputs.restore_model = [this](const std::filesystem::path& folder) {
      if (!loaded.adapter) {
        return train::restore_tensors(folder / train::kWeightsFile, model::saved_tensors(*loaded.model));
      }
      train::restore_tensors(folder / model::kAdapterWeightsFile,
                             model::adapter_tensors(*loaded.model, *loaded.adapter));
    };
    unfreezing.emplace(loaded, options, plan.steps_per_epoch);
    inputs.unfreeze = [this](int64_t step) { return unfreezing->advance(step).has_value(); };
    inputs.observer = observer;
    inputs.defers_results = defers_results;
    inputs.output_dir = options.output_dir;
    inputs.json_log = options.json_log;
    trainer = std::make_unique<train::Trainer>(inputs, plan);
  }
  TinyRun(const TinyRun&) = delete;
  TinyRun& operator=(const TinyRun&) = delete;

  train::RunEnd run() { return trainer->run(); }
  train::RunEnd resume(int64_t step) {
    trainer->resume(train::checkpoint_path(options.output_dir, step));
    return trainer->run();
  }
  Tensors weights() const {
    Tensors copies;
    for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
      copies[parameter.name] = parameter.tensor.detach().clone();
    }
    return copies;
  }
  Tensors saved(int64_t step, const char* file) const {
    return read_tensors(train::checkpoint_path(options.output_dir, step) / file);
  }

  train::TrainOptions options;
  std::vector<metric::Metric> metrics;
  train::Plan plan;
  std::unique_ptr<task::Examples> train, evaluation;
  model::LoadedModel loaded;
  std::optional<train::Unfreezing> unfreezing;
  std::unique_ptr<train::Trainer> trainer;
};

}  // namespace hone
