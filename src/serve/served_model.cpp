// The model's own thread calls these functions, because OpenMP's number of threads applies only to the thread that sets
// it.
#include "serve/served_model.h"

#include <ATen/core/Tensor.h>

#include <c10/core/InferenceMode.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

#include "model/parameters.h"
#include "task/features.h"

namespace hone::serve {

namespace {

constexpr size_t kMaxWarmUpTokens = 4096;

std::string first_architecture(const Json& config) {
  const auto found = config.find("architectures");
  if (found == config.end() || !found->is_array() || found->empty() || !found->front().is_string()) return "";
  return found->front().get<std::string>();
}

// The first batch of each shape allocates memory and chooses the kernels of its matrix products.
void warm_up(const ServedModel& model, size_t tokens) {
  const text::Encoding short_row = model.classifier.tokenizer.encode("warm");
  if (short_row.ids.empty()) return;
  text::Encoding long_row = short_row;
  long_row.ids.resize(std::min(model.classifier.max_length, tokens), short_row.ids.front());
  long_row.type_ids.resize(long_row.ids.size(), 0);
  logits_of(model, {&short_row});
  const size_t num_rows = std::max<size_t>(1, tokens / std::max<size_t>(1, long_row.ids.size()));
  logits_of(model, Worker::Rows(num_rows, &long_row));
}

}  // namespace

ModelDescription describe_model(const std::filesystem::path& model_dir) {
  const model::ModelConfig config = model::ModelConfig::read(model_dir);
  return {.name = folder_name(model_dir),
          .class_name = first_architecture(config.json()),
          .model_type = config.model_type(),
          .labels = config.labels(),
          .score_function = std::string(task::default_score_function(config.problem_type(), config.num_labels())),
          .samples = task::read_samples(model_dir),
          .dataset = eval::training_facts(model_dir).dataset};
}

ServedModel load_served_model(const ModelRequest& request, size_t warm_up_tokens) {
  const tensor::Compute compute = tensor::prepare_compute(request.compute);
  ServedModel model{.classifier = eval::load_trained_classifier(request.model_dir, request.max_seq_length),
                    .compute = compute,
                    .description = describe_model(request.model_dir)};
  model.classifier.model->set_compute(compute);
  model.num_parameters = model::num_parameters(*model.classifier.model);
  warm_up(model, std::min(warm_up_tokens, kMaxWarmUpTokens));
  return model;
}

std::string folder_name(const std::filesystem::path& folder) {
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(folder / "config.json", ignored);
  return (whole.empty() ? folder : whole.parent_path()).filename().string();
}

void check_model_exists(const std::filesystem::path& model_dir) {
  try {
    model::ModelConfig::read(model_dir);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kIo) throw;
  }
}

std::vector<float> logits_of(const ServedModel& model, const Worker::Rows& rows) {
  const c10::InferenceMode no_gradients;
  task::Features features;
  for (const text::Encoding* row : rows) features.add(*row);
  std::vector<uint64_t> order(rows.size());
  std::iota(order.begin(), order.end(), uint64_t{0});
  const at::Tensor logits = model.classifier.model->forward(task::make_batch(features, order), {});
  const at::Tensor on_cpu = logits.to(at::kCPU).contiguous();
  const float* values = on_cpu.const_data_ptr<float>();
  return {values, values + on_cpu.numel()};
}

}  // namespace hone::serve
