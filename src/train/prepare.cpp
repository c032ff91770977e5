#include "train/prepare.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/label_names.h"
#include "base/log.h"
#include "corpus/masking.h"
#include "corpus/noising.h"
#include "model/lora_file.h"
#include "model/parameters.h"
#include "model/save.h"
#include "task/splits.h"
#include "task/text_blocks.h"
#include "task/vocabulary.h"
#include "text/tokenizer_fingerprint.h"
#include "train/adapting.h"
#include "train/checkpoint.h"
#include "train/kept_prefixes.h"
#include "train/plan.h"
#include "train/run_text.h"
#include "train/unfreezing.h"

namespace hone::train {

namespace {

task::SplitRequest split_request(const TrainOptions& options) {
  return {.rows = options.rows,
          .sample = options.sample,
          .train_file = options.train_file,
          .validation_file = options.validation_file,
          .test_file = options.test_file,
          .target_file = options.seq2seq.target_file,
          .validation_target_file = options.seq2seq.validation_target_file,
          .max_train_samples = options.max_train_samples,
          .evaluated_by = options.calibrate != "none"     ? "calibrate"
                          : options.eval_strategy != "no" ? "eval-strategy"
                                                          : "",
          .takes_test = options.test_at_end,
          .seed = options.seed};
}

task::TaskOptions task_options(const TrainOptions& options) {
  return {.rows = options.rows,
          .id2label = options.id2label,
          .num_labels = options.num_labels,
          .label_smoothing = options.label_smoothing_factor,
          .focal_gamma = options.focal_gamma,
          .class_weights = options.class_weights,
          .regression_loss = options.regression_loss,
          .standardize = options.standardize,
          .label_all_tokens = options.label_all_tokens,
          .contrastive = options.contrastive,
          .masking = options.masking,
          .noise = options.noise,
          .seq2seq = options.seq2seq};
}

// Returns the task if it reads running text, else null.
const task::TaskRow* text_task(const TrainOptions& options) {
  if (!options.task) return nullptr;
  const task::TaskRow& row = task::find_task(*options.task);
  return row.reads_text ? &row : nullptr;
}

// The rows may have the labels of a trained head in another order. Reorders the outputs of the head, so that each stays
// with the label of its name. `before`: the labels that the head was trained for.
void match_outputs(model::LoadedModel& loaded, const std::vector<std::string>& before) {
  const std::vector<std::string>& labels = loaded.config.labels();
  const bool has_names = before != default_labels(static_cast<int64_t>(before.size()));
  if (loaded.report.has_new_head || !has_names || before == labels || before.size() != labels.size()) return;
  std::unordered_map<std::string_view, int64_t> left;  // outputs that no label has yet
  for (size_t id = 0; id < before.size(); ++id) left.emplace(before[id], static_cast<int64_t>(id));
  std::vector<int64_t> sources(labels.size(), -1);
  for (size_t id = 0; id < labels.size(); ++id) {
    if (const auto found = left.extract(labels[id]); !found.empty()) sources[id] = found.mapped();
  }
  std::vector<bool> is_taken(before.size());
  for (const int64_t source : sources) {
    if (source >= 0) is_taken[static_cast<size_t>(source)] = true;
  }
  if (std::ranges::find(sources, -1) != sources.end()) {
    log_warning("the head of the model was trained for {}; now its outputs learn {}", fmt::join(before, ", "),
                fmt::join(labels, ", "));
  }
  size_t free = 0;
  for (int64_t& source : sources) {
    if (source >= 0) continue;
    while (is_taken[free]) ++free;
    source = static_cast<int64_t>(free++);
  }
  loaded.model->reorder_outputs(sources);
}

// If the head was trained for another task and does not fit, the error says so.
model::LoadedModel loaded_for(const task::TaskRow& row, const model::ModelConfig& config,
                              const model::ModelRequest& request) {
  try {
    return model::load_model(request);
  } catch (const Error& error) {
    const task::TaskRow& before = task::trained_task(config);
    if (error.kind() != ErrorKind::kInput || !task::has_head(config) || &before == &row) throw;
    throw Error(
        error.kind(),
        fmt::format("the model was trained for {}, the task is {}: {}", before.name, row.name, error.what()),
        fmt::format("--ignore-mismatched-sizes starts with a new head; --task {} trains the saved one", before.name));
  }
}

model::LoadedModel load_model(const TrainOptions& options, const task::TaskRow& row, const task::Task& task,
                              model::ModelConfig config, int64_t num_tokens) {
  const bool is_same_task = &task::trained_task(config) == &row;
  const model::ModelConfig config_before = config;
  task.write_config(config);
  model::ModelRequest request;
  request.head = row.head;
  request.model_dir = {options.model_name_or_path, options.base_model};
  request.id2label = config.labels();
  request.problem_type = config.problem_type();
  request.seed = options.seed;
  request.ignore_mismatched_sizes = options.ignore_mismatched_sizes;
  if (options.resize_embeddings) request.num_tokens = num_tokens;
  request.config_overrides = config_overrides_of(options.config_overrides);
  model::LoadedModel loaded = loaded_for(row, config_before, request);
  loaded.config.remove_own();
  task.write_config(loaded.config);
  match_outputs(loaded, config_before.labels());
  // A trained head predicts the targets as they are; now it must predict the standardized ones.
  const std::optional<model::OutputScale> scale = loaded.config.output_scale();
  if (scale) loaded.model->check_can_rescale(*scale);
  if (scale && is_same_task && !loaded.report.has_new_head) loaded.model->rescale_outputs(scale->inverse());
  for (const std::string& line : {loaded.report.new_weights_line(), loaded.report.unused_weights_line()}) {
    if (!line.empty()) log_info("{}", line);
  }
  return loaded;
}

int64_t block_size_of(const TrainOptions& options, const model::Model& model) {
  const int64_t longest = model.max_length();
  const std::optional<int64_t>& asked = options.text.block_size;
  if (asked && *asked > longest) {
    throw Error(ErrorKind::kUsage,
                fmt::format("block_size is {}, but the model takes at most {} tokens", *asked, longest),
                fmt::format("give {} or less", longest));
  }
  return asked.value_or(std::min(corpus::kDefaultBlockSize, longest));
}

size_t longest_row(int64_t max_seq_length, const model::Model& model) {
  if (max_seq_length > model.max_length()) {
    log_warning("max_seq_length is {}, but the model takes at most {} tokens: {} is used", max_seq_length,
                model.max_length(), model.max_length());
  }
  return static_cast<size_t>(std::min(max_seq_length, model.max_length()));
}

// The rows of the test do not decide which labels exist, and the training does not need them.
std::unique_ptr<task::Examples> test_examples(const task::Task& task, const table::Rows& rows,
                                              const task::ExampleOptions& options) {
  try {
    return task.examples(rows, "test rows", options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInput) throw;
    const std::string& hint = error.hint();
    const char* const border = hint.empty() ? "" : hint.ends_with('?') ? " " : "; ";
    throw Error(error.kind(), error.what(), hint + border + "--test-at-end false leaves the test rows alone");
  }
}

// Prepares a task that reads the blocks of corpora.
Prepared prepare_text(const TrainOptions& options, const task::TaskRow& row, const std::filesystem::path& folder) {
  const model::ModelFolder model_folder{options.model_name_or_path, options.base_model};
  const model::ModelConfig config = model::read_config(model_folder);
  text::IdentifiedTokenizer identified = text::load_identified_tokenizer(model_folder.tokenizer());
  task::check_special_ids(identified.tokenizer, config, options.model_name_or_path);
  std::unique_ptr<task::Task> task = row.make(task_options(options), config, task::Purpose::kTrain);
  model::LoadedModel loaded = load_model(options, row, *task, config, identified.tokenizer.vocab_size());
  task::check_vocabulary(identified.tokenizer, loaded.model->vocab_size(), options.model_name_or_path);
  const int64_t block_size = block_size_of(options, *loaded.model);
  RunText text = open_run_text(options, identified, block_size, folder);
  Prepared made{.tokenizer = std::move(identified.tokenizer),
                .task_row = &row,
                .task = std::move(task),
                .rows = {},
                .loaded = std::move(loaded),
                .max_length = static_cast<size_t>(block_size)};
  made.freezing = freeze(made.loaded, options);
  made.rows.evaluation_name = text.evaluation_name;
  const auto examples = [&](std::vector<task::BlockRange> ranges, const task::BlockOrder& order) {
    const task::ExampleOptions example_options{made.tokenizer, made.loaded.model->vocab_size(), made.max_length};
    return ranges.empty() ? nullptr
                          : made.task->text_examples(task::TextBlocks(std::move(ranges), order), example_options);
  };
  made.train = examples(std::move(text.train), text.order);
  made.evaluation = examples(std::move(text.evaluation), {.shuffle = false});
  made.test = examples(std::move(text.test), {.shuffle = false});
  return made;
}

Json metrics_json(std::span<const metric::Metric> metrics) {
  Json list = Json::array();
  for (const metric::Metric& metric : metrics) {
    list.push_back({{"name", metric.name}, {"better", metric::name_of(metric.better)}, {"in_log", metric.in_log}});
  }
  return list;
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

void check_run_options(const TrainOptions& options, std::span<const options::GivenOption> given) {
  // The exact task is known with the rows; make_plan checks its metrics.
  const std::vector<metric::Metric> metrics = task::all_metrics();
  check_options(options,
                options.task ? task::find_task(*options.task).metrics() : std::span<const metric::Metric>(metrics));
  if (options.task) {
    task::check_task_options(task::find_task(*options.task), given);
    task::check_calibration(task::find_task(*options.task), options.calibrate);
  }
  if (text_task(options) != nullptr) {
    check_text_options(options);
    corpus::check_masking(options.masking);
    corpus::check_noise(options.noise);
  }
  task::check_long_text(options.long_text);
  config_overrides_of(options.config_overrides);
  read_freeze_patterns(options.freeze);  // throws if one is wrong
  check_adapter_options(options);
  check_unfreeze_schedule(options);
  cache_budget(options.cache_budget, 0, 0);
}

bool has_test_rows(const TrainOptions& options) {
  if (text_task(options) != nullptr) return !options.test_file.empty();
  const task::SplitRequest request = split_request(options);
  return task::leaves_test_rows(task::read_splits(request), request);
}

RunRows read_run_rows(const TrainOptions& options, std::span<const options::GivenOption> given) {
  if (const task::TaskRow* const row = text_task(options)) {
    throw Error(ErrorKind::kUsage, fmt::format("{} reads running text, which has no rows with labels", row->name),
                "hone data report looks at text files");
  }
  const model::ModelFolder folder{options.model_name_or_path, options.base_model};
  model::ModelConfig config = model::read_config(folder);
  text::Tokenizer tokenizer = text::Tokenizer::load(folder.tokenizer());
  task::check_special_ids(tokenizer, config, options.model_name_or_path);
  const task::SplitRequest request = split_request(options);
  const task::Splits splits = task::read_splits(request);
  const task::TaskRow& row =
      task::choose_task(options.task.value_or(""), config, task::split_named(splits, "train"), options.rows);
  task::check_task_options(row, given);
  task::check_calibration(row, options.calibrate);
  std::unique_ptr<task::Task> task = row.make(task_options(options), config, task::Purpose::kTrain);
  task::TrainingRows rows = task::choose_training_rows(splits, request, *task);
  return {std::move(config), std::move(tokenizer), &row, std::move(task), std::move(rows)};
}

Prepared prepare(const TrainOptions& options, std::span<const options::GivenOption> given, task::KnownFeatures* known,
                 const std::filesystem::path& corpora_dir) {
  if (const task::TaskRow* const row = text_task(options)) {
    return prepare_text(options, *row, corpora_dir.empty() ? options.output_dir : corpora_dir);
  }
  RunRows read = read_run_rows(options, given);
  read.task->settle_loss(read.rows.train);
  model::LoadedModel loaded = load_model(options, *read.task_row, *read.task, read.config, read.tokenizer.vocab_size());
  task::check_vocabulary(read.tokenizer, loaded.model->vocab_size(), options.model_name_or_path);
  Prepared made{.tokenizer = std::move(read.tokenizer),
                .task_row = read.task_row,
                .task = std::move(read.task),
                .rows = std::move(read.rows),
                .loaded = std::move(loaded)};
  made.freezing = freeze(made.loaded, options);
  made.max_length = longest_row(options.max_seq_length, *made.loaded.model);
  const task::ExampleOptions example_options{made.tokenizer,  made.loaded.model->vocab_size(),
                                             made.max_length, options.long_text,
                                             known,           options.model_name_or_path.string()};
  made.train = made.task->examples(made.rows.train, "training rows", example_options);
  if (made.rows.evaluation) {
    made.evaluation = made.task->examples(*made.rows.evaluation, "evaluation rows", example_options);
  }
  if (made.rows.test) made.test = test_examples(*made.task, *made.rows.test, example_options);
  return made;
}

void write_model_files(const Prepared& prepared, const Json& options, const std::filesystem::path& folder) {
  const model::LoadedModel& loaded = prepared.loaded;
  if (loaded.adapter) {
    model::save_adapter(*loaded.model, *loaded.adapter, loaded.config, folder);
  } else {
    model::save_model(*loaded.model, loaded.config, folder);
  }
  prepared.tokenizer.save(folder);
  prepared.task->write_files(*loaded.model, prepared.max_length, folder);
  write_json(folder / kArgumentsFile, options);
}

void restore_model_files(const Prepared& prepared, const std::filesystem::path& folder) {
  const model::LoadedModel& loaded = prepared.loaded;
  if (loaded.adapter) {
    restore_tensors(folder / model::kAdapterWeightsFile, model::adapter_tensors(*loaded.model, *loaded.adapter));
  } else {
    restore_tensors(folder / kWeightsFile, model::saved_tensors(*loaded.model));
  }
}

RunFacts facts_of(const Prepared& prepared, const tensor::Compute& compute) {
  RunFacts facts;
  facts.model_config = prepared.loaded.config.json();
  facts.values = {{"model_class", prepared.loaded.report.class_name},
                  {"num_parameters", model::num_parameters(*prepared.loaded.model)},
                  {"num_trained_parameters", prepared.freezing.num_trained},
                  {"frozen", prepared.freezing.described()},
                  {"adapters", described_adapters(prepared.loaded)},
                  {"task", std::string(prepared.task_row->name)}};
  facts.values.update(prepared.task->facts());
  facts.values["metrics"] = metrics_json(prepared.task->metrics());
  facts.values["device"] = compute.device.str();
  facts.values["precision"] = tensor::precision_name(compute.dtype);
  facts.values["num_train_rows"] = prepared.train->size();
  facts.values["num_eval_rows"] = prepared.evaluation ? Json(prepared.evaluation->size()) : Json();
  facts.values["evaluation_rows"] = prepared.rows.evaluation_name;
  facts.values["num_test_rows"] = prepared.test ? Json(prepared.test->size()) : Json();
  return facts;
}

}  // namespace hone::train
