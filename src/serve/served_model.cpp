// The model's own thread calls these functions, because OpenMP's number of threads applies only to the thread that sets
// it.
#include "serve/served_model.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "http/response.h"
#include "model/adapter_folder.h"
#include "model/parameters.h"
#include "serve/worker.h"
#include "task/score_functions.h"

namespace hone::serve {

namespace {

constexpr size_t kMaxWarmUpTokens = 4096;

std::string first_architecture(const Json& config) {
  const auto found = config.find("architectures");
  if (found == config.end() || !found->is_array() || found->empty() || !found->front().is_string()) return "";
  return found->front().get<std::string>();
}

// The first batch of each shape allocates memory and chooses the kernels of its matrix products.
void warm_up(const eval::TrainedModel& model, size_t tokens) {
  const task::Question short_text = task::make_question(model.tokenizer, "warm", {}, model.reading());
  text::Encoding row = short_text.windows.front();
  if (row.ids.empty()) return;
  row.ids.resize(std::min(model.max_length, tokens), row.ids.front());
  row.type_ids.resize(row.ids.size(), 0);
  const size_t num_rows = std::max<size_t>(1, tokens / std::max<size_t>(1, row.ids.size()));
  const task::Question long_text{.windows = {row}};
  for (const auto& batch : {Worker::Questions{&short_text}, Worker::Questions(num_rows, &long_text)}) {
    model.task->outputs(*model.model, batch);
  }
}

}  // namespace

ModelDescription describe_model(const model::ModelFolder& folder) {
  const std::filesystem::path& model_dir = folder.path;
  const model::ModelConfig config = model::read_config(folder);
  const task::TaskRow& row = task::trained_task(config);
  const auto task = row.make({}, config, task::Purpose::kUseTrained);
  Json facts = task->answer_facts();
  facts["explains"] = task->can_explain();
  return {.name = folder_name(model_dir),
          .class_name = first_architecture(config.json()),
          .model_type = config.model_type(),
          .task = &row,
          .answer_facts = std::move(facts),
          .samples = task::read_samples(model_dir),
          .dataset = eval::training_facts(model_dir).dataset};
}

ServedModel load_served_model(const ModelRequest& request, size_t warm_up_tokens) {
  const tensor::Compute compute = tensor::prepare_compute(request.compute);
  const task::TaskRow& row = task::trained_task(model::read_config(request.model_dir));
  if (row.form.widget.empty()) {
    throw Error(ErrorKind::kUnsupported, fmt::format("hone serve with a model for {}", row.name),
                "hone predict answers with it, text by text or for a file");
  }
  ServedModel model{.trained = eval::load_trained_model(request.model_dir, request.reading),
                    .compute = compute,
                    .description = describe_model(request.model_dir)};
  model.trained.model->set_compute(compute);
  model.num_parameters = model::num_parameters(*model.trained.model);
  if (model.description.task->head == "pooling") model.sentence = model::SentenceConfig::read(request.model_dir.path);
  warm_up(model.trained, std::min(warm_up_tokens, kMaxWarmUpTokens));
  return model;
}

std::string folder_name(const std::filesystem::path& folder) {
  std::error_code ignored;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(folder / "config.json", ignored);
  return (whole.empty() ? folder : whole.parent_path()).filename().string();
}

void check_model_exists(const model::ModelFolder& folder) {
  try {
    model::read_config(folder);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kIo) throw;
  }
}

void check_question(const ServedModel& model, const task::Question& question, const std::string& field) {
  if (question.num_tokens() == 0) {  // possible only without special tokens
    throw http::RequestError({.message = fmt::format("{} has no tokens", field), .field = field});
  }
  try {
    eval::check_embedded(model.trained, question, field);
  } catch (const Error& error) {
    throw http::RequestError({.message = error.what(), .field = field, .hint = error.hint()});
  }
}

void check_outputs(const task::Outputs& outputs, const std::string& field) {
  if (outputs.are_finite()) return;
  const Error error = task::nonfinite_error(field);
  throw http::RequestError({.status = 500, .message = error.what(), .field = field, .hint = error.hint()});
}

}  // namespace hone::serve
