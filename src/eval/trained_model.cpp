#include "eval/trained_model.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/families.h"
#include "model/sentence_config.h"
#include "table/read.h"
#include "task/classifier_input.h"
#include "task/names.h"
#include "task/vocabulary.h"

namespace hone::eval {

namespace {

template <typename T>
std::optional<T> number_of(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key)) return std::nullopt;
  const Json& value = json[key];
  if (std::is_integral_v<T> ? !value.is_number_integer() : !value.is_number()) return std::nullopt;
  return value.get<T>();
}

std::string text_of(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
}

std::vector<std::string> texts_of(const Json& json, const char* key) {
  std::vector<std::string> texts;
  if (!json.is_object() || !json.contains(key) || !json[key].is_array()) return texts;
  for (const Json& item : json[key]) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code missing;
  return std::filesystem::equivalent(a, b, missing);
}

// The files of a data set's training rows; none if it is not there any more.
std::vector<std::filesystem::path> train_files(const std::filesystem::path& dataset) {
  try {
    return table::dataset_files(dataset)["train"];
  } catch (const Error&) {
    return {};
  }
}

// The request's options, else those of the training; the options of windows only for windows.
task::LongText merged(const task::LongText& request, const task::LongText& training) {
  task::LongText merged = request;
  if (!merged.long_text) merged.long_text = training.long_text;
  if (merged.long_text != "windows") return merged;
  if (!merged.doc_stride) merged.doc_stride = training.doc_stride;
  if (!merged.max_windows) merged.max_windows = training.max_windows;
  return merged;
}

bool flag_of(const Json& json, const char* key) {
  return json.is_object() && json.contains(key) && json[key].is_boolean() && json[key].get<bool>();
}

// Values that hone would not have written are ignored, because other programs write this file too.
std::string known_name(const Json& json, const char* key, std::span<const std::string_view> names) {
  const std::string name = text_of(json, key);
  return std::ranges::find(names, name) != names.end() ? name : "";
}

task::Seq2SeqOptions seq2seq_of(const Json& json) {
  task::Seq2SeqOptions found;
  found.source_lang = text_of(json, "source_lang");
  found.target_lang = text_of(json, "target_lang");
  if (std::string prefix = text_of(json, "source_prefix"); !prefix.empty()) found.source_prefix = std::move(prefix);
  if (std::string token = text_of(json, "forced_bos_token"); !token.empty()) found.forced_bos_token = std::move(token);
  const auto at_least = [&](const char* key, int64_t least) {
    const auto value = number_of<int64_t>(json, key);
    return value && *value >= least ? value : std::nullopt;
  };
  found.max_target_length = at_least("max_target_length", 2);
  found.num_beams = at_least("num_beams", 1);
  found.generation_max_length = at_least("generation_max_length", 2);
  return found;
}

std::optional<double> known_gamma(const Json& json) {
  const auto gamma = number_of<double>(json, "focal_gamma");
  return gamma && *gamma >= 0 ? gamma : std::nullopt;
}

task::LongText long_text_of(const Json& json) {
  task::LongText found{.doc_stride = number_of<int64_t>(json, "doc_stride"),
                       .max_windows = number_of<int64_t>(json, "max_windows")};
  if (std::string name = known_name(json, "long_text", task::kLongTextNames); !name.empty()) found.long_text = name;
  if (found.doc_stride < 0) found.doc_stride.reset();
  if (found.max_windows < 1) found.max_windows.reset();
  return found;
}

// A language task reads texts in its own way, whatever the training did.
TrainingFacts facts_for(const ReadingRequest& request, TrainingFacts training) {
  if (request.task == nullptr) return training;
  if (request.long_text.long_text) {
    throw Error(ErrorKind::kUsage,
                fmt::format("long_text is an option of classifiers; the task is {}", request.task->name),
                "leave it out");
  }
  return {.seed = training.seed,
          .dataset = std::move(training.dataset),
          .train_file = std::move(training.train_file),
          .validation_split = training.validation_split};
}

size_t longest_row(const std::filesystem::path& model_dir, std::optional<int64_t> asked, const TrainingFacts& training,
                   const text::Tokenizer& tokenizer, int64_t model_length, const task::TaskRow& task) {
  if (asked && *asked > model_length) {
    throw Error(ErrorKind::kUsage,
                fmt::format("max_seq_length is {}, but {} holds {} tokens", *asked, model_dir.string(), model_length),
                fmt::format("give {} or less", model_length));
  }
  if (asked) return static_cast<size_t>(*asked);
  const auto longest = std::min(static_cast<size_t>(model_length), task.default_max_length);
  if (training.max_seq_length) return std::min(longest, static_cast<size_t>(*training.max_seq_length));
  return std::min(longest, tokenizer.model_max_length());
}

}  // namespace

TrainingFacts training_facts(const std::filesystem::path& model_dir) {
  const std::filesystem::path path = model_dir / "training_args.json";
  if (!std::filesystem::exists(path)) return {};
  const Json json = read_json(path);
  return {.max_seq_length = number_of<int64_t>(json, "max_seq_length"),
          .long_text = long_text_of(json),
          .seed = number_of<uint64_t>(json, "seed"),
          .label_smoothing = number_of<double>(json, "label_smoothing_factor"),
          .focal_gamma = known_gamma(json),
          .regression_loss = known_name(json, "regression_loss", task::kRegressionLossNames),
          .label_all_tokens = flag_of(json, "label_all_tokens"),
          .seq2seq = seq2seq_of(json),
          .dataset = text_of(json, "dataset"),
          .train_file = texts_of(json, "train_file"),
          .validation_split = number_of<double>(json, "validation_split").value_or(0)};
}

bool is_training_split(const TrainingFacts& training, const std::filesystem::path& dataset, std::string_view split) {
  if (split != "train") return false;
  const std::vector<std::filesystem::path> files = train_files(dataset);
  const std::vector<std::filesystem::path> read =
      training.train_file.empty()
          ? train_files(training.dataset)
          : std::vector<std::filesystem::path>(training.train_file.begin(), training.train_file.end());
  return std::ranges::any_of(files, [&](const auto& file) {
    return std::ranges::any_of(read, [&](const auto& other) { return is_same_file(file, other); });
  });
}

task::Seq2SeqOptions merged(const task::Seq2SeqOptions& given, const task::Seq2SeqOptions& training) {
  task::Seq2SeqOptions all = given;
  if (all.source_lang.empty()) all.source_lang = training.source_lang;
  if (all.target_lang.empty()) all.target_lang = training.target_lang;
  if (!all.source_prefix) all.source_prefix = training.source_prefix;
  if (!all.forced_bos_token) all.forced_bos_token = training.forced_bos_token;
  if (!all.max_target_length) all.max_target_length = training.max_target_length;
  if (!all.num_beams) all.num_beams = training.num_beams;
  if (!all.generation_max_length) all.generation_max_length = training.generation_max_length;
  return all;
}

std::unique_ptr<task::Task> TrainedModel::make_task(const task::TaskOptions& options) const {
  task::TaskOptions own = options;
  own.seq2seq = merged(options.seq2seq, training.seq2seq);
  auto made = task_row->make(own, config, task::Purpose::kUseTrained);
  made->use_model({.model = model, .tokenizer = tokenizer, .max_length = max_length, .folder = weights_folder});
  return made;
}

task::Reading TrainedModel::reading() const {
  task::Reading reading{.long_text = long_text, .reads_pairs = task_row->form.reads_pairs};
  reading.encode.max_length = max_length;
  reading.encode.with_offsets = task_row->form.reads_offsets;
  return reading;
}

task::TaskOptions task_options(const task::RowOptions& rows, const TrainingFacts& training) {
  task::TaskOptions made{.rows = rows,
                         .label_smoothing = training.label_smoothing.value_or(0),
                         .focal_gamma = training.focal_gamma.value_or(0)};
  made.label_all_tokens = training.label_all_tokens;
  if (!training.regression_loss.empty()) made.regression_loss = training.regression_loss;
  return made;
}

TrainedModel load_trained_model(const model::ModelFolder& folder, const ReadingRequest& reading,
                                const task::TaskOptions& options) {
  const std::filesystem::path& model_dir = folder.path;
  const task::TaskRow& task_row =
      reading.task != nullptr ? *reading.task : task::trained_task(model::read_config(folder));
  TrainingFacts training = facts_for(reading, training_facts(model_dir));
  if (task_row.head == "pooling" && !training.max_seq_length) {
    training.max_seq_length = model::SentenceConfig::read(model_dir).max_seq_length;
  }
  const task::LongText long_text = merged(reading.long_text, training.long_text);
  task::check_long_text(long_text);
  model::ModelRequest request;
  request.model_dir = folder;
  request.merges_adapter = true;
  request.head = task_row.head;
  model::LoadedModel loaded = model::load_model(request);
  // Vectors do not read the pooler, which many of their models lack.
  const bool lacks_weights = task_row.head != "pooling" && !loaded.report.newly_initialized.empty();
  if (loaded.report.from_config_only || lacks_weights) {
    std::vector<std::string_view> asked;  // tasks that take the model as it is
    for (const task::TaskRow& row : task::language_tasks()) {
      if (reading.task == nullptr && row.head == model::saved_head(loaded.config)) asked.push_back(row.name);
    }
    throw UntrainedModel(
        ErrorKind::kInput,
        fmt::format("{} holds no trained model: {} would be random", model_dir.string(),
                    loaded.report.from_config_only
                        ? "all its weights"
                        : fmt::format("{}", fmt::join(loaded.report.newly_initialized, ", "))),
        fmt::format("{}train one first: hone train --model {} --dataset ... --output-dir ...",
                    asked.empty() ? "" : fmt::format("ask it as it is, with --task {}; ", fmt::join(asked, " or ")),
                    model_dir.string()));
  }
  text::Tokenizer tokenizer = text::Tokenizer::load(folder.tokenizer());
  task::check_vocabulary(tokenizer, loaded.model->vocab_size(), model_dir);
  const size_t max_length =
      longest_row(model_dir, reading.max_seq_length, training, tokenizer, loaded.model->max_length(), task_row);
  TrainedModel trained{.model = loaded.model,
                       .config = loaded.config,
                       .tokenizer = std::move(tokenizer),
                       .task_row = &task_row,
                       .max_length = max_length,
                       .training = training,
                       .long_text = long_text,
                       .weights_folder = folder.weights()};
  trained.task = trained.make_task(options);
  task::check_windows(trained.tokenizer, trained.reading());
  return trained;
}

void check_embedded(const TrainedModel& model, const task::Question& question, std::string_view place) {
  for (const text::Encoding& window : question.windows) {
    task::check_embedded(model.tokenizer, model.model->vocab_size(), window.ids, place);
  }
}

}  // namespace hone::eval
