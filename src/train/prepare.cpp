#include "train/prepare.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"
#include "model/parameters.h"
#include "model/save.h"
#include "task/text_classification.h"
#include "task/vocabulary.h"
#include "train/checkpoint.h"

namespace hone::train {

namespace {

task::SplitRequest split_request(const TrainOptions& options, const model::ModelConfig& config) {
  table::LabelSources labels{.model_names = config.labels(), .num_labels = options.num_labels};
  if (!options.id2label.empty()) labels.names = table::label_names_of_option(options.id2label);
  return {.rows = options.rows,
          .sample = options.sample,
          .train_file = options.train_file,
          .validation_file = options.validation_file,
          .test_file = options.test_file,
          .max_train_samples = options.max_train_samples,
          .needs_evaluation = options.eval_strategy != "no",
          .seed = options.seed,
          .labels = std::move(labels)};
}

model::LoadedClassifier load_model(const TrainOptions& options, const table::LabelMap& labels, const task::Task& task,
                                   int64_t num_tokens) {
  model::ClassifierRequest request;
  request.model_dir = options.model_name_or_path;
  request.id2label = labels.id2label();
  request.problem_type = task.problem_type;
  request.seed = options.seed;
  request.ignore_mismatched_sizes = options.ignore_mismatched_sizes;
  if (options.resize_embeddings) request.num_tokens = num_tokens;
  request.config_overrides = config_overrides_of(options.config_overrides);
  model::LoadedClassifier loaded = model::load_classifier(request);
  for (const std::string& line : {loaded.report.new_weights_line(), loaded.report.unused_weights_line()}) {
    if (!line.empty()) log_info("{}", line);
  }
  return loaded;
}

size_t longest_row(int64_t max_seq_length, const model::SequenceClassifier& model) {
  if (max_seq_length > model.max_length()) {
    log_warning("max_seq_length is {}, but the model takes at most {} tokens: {} is used", max_seq_length,
                model.max_length(), model.max_length());
  }
  return static_cast<size_t>(std::min(max_seq_length, model.max_length()));
}

// Returns an evaluation row for people, with long texts shortened.
Json described_row(const task::TrainingRows& rows, uint64_t row) {
  constexpr size_t kMaxBytes = 4000;
  const auto text_of = [&](const std::string& column) {
    return shortened(rows.evaluation->text(row, column).value_or(""), kMaxBytes);
  };
  Json json = {{"location", rows.evaluation->location(row)}, {"text", text_of(rows.text_columns.text)}};
  if (rows.text_columns.text_pair) json["text_pair"] = text_of(*rows.text_columns.text_pair);
  return json;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> config_overrides_of(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorKind::kUsage, fmt::format("config_overrides \"{}\" is not KEY=VALUE", text),
                  "write it like --config-overrides hidden_dropout_prob=0");
    }
    pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return pairs;
}

Prepared prepare(const TrainOptions& options, const task::Task& task) {
  text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
  const model::ModelConfig config = model::ModelConfig::read(options.model_name_or_path);
  task::TrainingRows rows = task::choose_training_rows(split_request(options, config));
  model::LoadedClassifier loaded = load_model(options, rows.labels, task, static_cast<int64_t>(tokenizer.vocab_size()));
  task::check_vocabulary(tokenizer, loaded.model->vocab_size(), options.model_name_or_path);
  Prepared made{std::move(tokenizer), std::move(rows), std::move(loaded), 0, {}, {}};
  made.max_length = longest_row(options.max_seq_length, *made.loaded.model);
  const auto features = [&](const table::Rows& part, const std::string& what) {
    task::Features result =
        task::tokenize_rows(made.tokenizer, part, made.rows.text_columns, made.max_length, "tokenizing " + what);
    task::check_embedded(made.tokenizer, made.loaded.model->vocab_size(), result,
                         [&part](uint64_t row) { return part.location(row); });
    result.labels = made.rows.labels.ids(part, made.rows.label_column);
    task::warn_of_unknown_tokens(
        task::unknown_tokens(made.tokenizer, result, made.rows.text_columns.text_pair.has_value()), what);
    return result;
  };
  made.train = features(made.rows.train, "training rows");
  if (made.rows.evaluation) made.evaluation = features(*made.rows.evaluation, "evaluation rows");
  return made;
}

std::vector<uint64_t> rows_of_labels(const Prepared& prepared) {
  std::vector<uint64_t> counts(static_cast<size_t>(prepared.rows.labels.size()));
  for (const int64_t label : prepared.train.labels) ++counts[static_cast<size_t>(label)];
  return counts;
}

void write_model_files(const Prepared& prepared, const Json& options, const std::filesystem::path& folder) {
  model::save_model(*prepared.loaded.model, prepared.loaded.config, folder);
  prepared.tokenizer.save(folder);
  write_json(folder / kArgumentsFile, options);
}

RunFacts facts_of(const Prepared& prepared, const task::Task& task, const tensor::Compute& compute) {
  RunFacts facts;
  facts.labels = prepared.rows.labels.id2label();
  facts.model_config = prepared.loaded.config.json();
  facts.describe_row = [&rows = prepared.rows](uint64_t row) { return described_row(rows, row); };
  facts.values = {{"model_class", prepared.loaded.report.class_name},
                  {"num_parameters", model::num_parameters(*prepared.loaded.model)},
                  {"task", std::string(task.name)},
                  {"labels", facts.labels},
                  {"device", compute.device.str()},
                  {"precision", tensor::precision_name(compute.dtype)},
                  {"num_train_rows", prepared.train.size()},
                  {"num_eval_rows", prepared.evaluation ? Json(prepared.evaluation->size()) : Json()}};
  return facts;
}

}  // namespace hone::train
