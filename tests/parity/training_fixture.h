// Ten training steps of a tiny model on the batches of its fixture, and their comparison with transformers.
#pragma once

#include <ATen/core/Tensor.h>
#include <doctest/doctest.h>

#include "parity/parity_fixture.h"
#include "train/train_fixture.h"

namespace hone {

inline constexpr double kTrainingTolerance = 1e-5;

inline train::TrainOptions training_options_of(const Json& settings) {
  train::TrainOptions options = quiet_options("");
  options.num_train_epochs = 1;
  options.per_device_train_batch_size = settings["batch_size"];
  options.learning_rate = settings["learning_rate"];
  options.weight_decay = settings["weight_decay"];
  options.adam_beta1 = settings["adam_beta1"];
  options.adam_beta2 = settings["adam_beta2"];
  options.adam_epsilon = settings["adam_epsilon"];
  options.max_grad_norm = settings["max_grad_norm"];
  options.lr_scheduler_type = settings["lr_scheduler_type"].get<std::string>();
  options.warmup_steps = settings["warmup_steps"].get<double>();
  options.logging_steps = 1;
  return options;
}

// The fixture's batches as rows, in the order of the run; after `num_batches` of them, the first one again.
inline task::ClassifiedTexts training_rows_of(const std::filesystem::path& folder, int64_t num_steps,
                                              int64_t batch_size, uint64_t num_batches = UINT64_MAX) {
  const auto tensors = read_tensors(folder / "training.safetensors");
  const auto num_rows = static_cast<uint64_t>(num_steps * batch_size);
  const std::vector<uint64_t> lengths(num_rows);
  const auto order = train::RowOrder({}, lengths, [](int64_t) { return int64_t{0}; }).of_epoch(0);
  std::vector<std::vector<int32_t>> ids(num_rows);
  std::vector<std::vector<uint8_t>> types(num_rows);
  task::ClassifiedTexts texts{.labels = std::vector<int64_t>(num_rows), .names = {"NEGATIVE", "NEUTRAL", "POSITIVE"}};
  for (uint64_t taken = 0; taken < num_rows; ++taken) {
    const std::string prefix = std::to_string(taken / static_cast<uint64_t>(batch_size) % num_batches) + ".";
    const auto row = static_cast<int64_t>(taken % static_cast<uint64_t>(batch_size));
    const int64_t length = tensors.at(prefix + "attention_mask")[row].sum().item<int64_t>();
    const auto token_types = tensors.find(prefix + "token_type_ids");
    for (int64_t i = 0; i < length; ++i) {
      ids[order[taken]].push_back(tensors.at(prefix + "input_ids")[row][i].item<int32_t>());
      types[order[taken]].push_back(token_types == tensors.end() ? 0 : token_types->second[row][i].item<uint8_t>());
    }
    texts.labels[order[taken]] = tensors.at(prefix + "labels")[row].item<int64_t>();
  }
  for (uint64_t row = 0; row < num_rows; ++row) {
    text::Encoding encoding;
    encoding.ids = std::move(ids[row]);
    encoding.type_ids = std::move(types[row]);
    texts.texts.features.add(encoding);
  }
  return texts;
}

inline void check_training_numbers(const train::RunState& state, const char* key, const Json& expected,
                                   double tolerance) {
  const std::vector<double> got = logged(state, key);
  REQUIRE(got.size() == expected.size());
  double worst = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    const double want = expected[i];
    worst = std::max(worst, want == 0 ? std::abs(got[i]) : std::abs(got[i] / want - 1));
  }
  MESSAGE(std::string(key) << ": the largest relative difference is " << worst);
  CHECK(worst < tolerance);
}

inline void check_final_weights(const TinyRun& run, const Json& expected_sums) {
  for (const auto& [name, value] : run.weights()) {
    // The gradient of a key's bias is 0 up to rounding, which Adam turns into full steps in any direction.
    constexpr const char* kWithKeyBias[] = {"key.bias",    "k_lin.bias",  "attn.k.bias",
                                            "k_proj.bias", "c_attn.bias", "query_key_value.bias"};
    if (std::ranges::any_of(kWithKeyBias, [&](const char* ending) { return name.ends_with(ending); })) continue;
    INFO(name);
    const double sum = value.to(at::kDouble).sum().item<double>();
    CHECK(std::abs(sum - expected_sums[name].get<double>()) <
          kTrainingTolerance * value.abs().to(at::kDouble).sum().item<double>());
  }
}

}  // namespace hone
