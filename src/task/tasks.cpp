#include "task/tasks.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/names.h"
#include "metric/classification.h"
#include "metric/entities.h"
#include "metric/generated_text.h"
#include "metric/language_model.h"
#include "metric/multi_label.h"
#include "metric/regression.h"
#include "metric/similarity.h"
#include "model/families.h"
#include "model/sentence_config.h"
#include "table/columns.h"
#include "table/label_cell.h"
#include "table/tagged_rows.h"
#include "task/causal_lm.h"
#include "task/contrastive.h"
#include "task/denoising.h"
#include "task/entity_answers.h"
#include "task/fill_mask.h"
#include "task/label_answers.h"
#include "task/masked_lm.h"
#include "task/multi_label.h"
#include "task/names.h"
#include "task/number_answers.h"
#include "task/prompt_classification.h"
#include "task/regression.h"
#include "task/seq2seq.h"
#include "task/text_answers.h"
#include "task/text_classification.h"
#include "task/token_classification.h"
#include "task/vector_answers.h"

namespace hone::task {

namespace {

constexpr std::string_view kClassificationOptions[] = {"id2label",      "num_labels",  "label_smoothing_factor",
                                                       "class_weights", "focal_gamma", "calibrate"};
constexpr std::string_view kMultiLabelOptions[] = {"target_columns", "label_separator", "id2label", "class_weights",
                                                   "calibrate"};
constexpr std::string_view kTokenOptions[] = {"id2label", "num_labels", "label_smoothing_factor", "label_all_tokens"};
constexpr std::string_view kRegressionOptions[] = {"target_columns", "regression_loss", "standardize"};
constexpr std::string_view kTranslationOptions[] = {
    "target_column",          "source_lang",       "target_lang",           "target_file",
    "validation_target_file", "source_prefix",     "forced_bos_token",      "num_beams",
    "generation_max_length",  "max_target_length", "predict_with_generate", "label_smoothing_factor",
    "bleu_tokenizer"};
constexpr std::string_view kSummarizationOptions[] = {
    "target_column",          "target_file",       "validation_target_file",
    "source_prefix",          "forced_bos_token",  "num_beams",
    "generation_max_length",  "max_target_length", "predict_with_generate",
    "label_smoothing_factor", "use_stemmer"};
constexpr std::string_view kContrastiveOptions[] = {"contrastive_loss", "negative_columns", "matryoshka_dims",
                                                    "mini_batch_size", "max_score"};
constexpr std::string_view kWindowOptions[] = {"stride", "row_separator"};

constexpr std::string_view kPromptOptions[] = {"prompt",     "labels",         "label_score",  "apply_chat_template",
                                               "shots",      "shots_from",     "shots_choice", "shots_separator",
                                               "shots_seed", "embedding_model"};

constexpr std::string_view kFillMaskParameters[] = {"top_k"};
constexpr std::string_view kFillMaskOptions[] = {"targets"};
constexpr std::string_view kNoiseOptions[] = {"noise", "noise_density", "mean_noise_span_length"};
constexpr std::string_view kMaskingOptions[] = {"masking", "mlm_probability", "mask_replace_prob",
                                                "random_replace_prob", "word_list"};
// Those of all tasks on running text, and of all tasks on rows.
constexpr std::string_view kTextOptions[] = {"block_size",  "block",      "group_documents",   "packing",
                                             "mix",         "shuffle",    "documents",         "keep_linebreaks",
                                             "deduplicate", "append_eos", "add_special_tokens"};
constexpr std::string_view kRowOptions[] = {"max_seq_length", "long_text",    "doc_stride",       "max_windows",
                                            "shuffle_seed",   "label_column", "strict",           "group_by_length",
                                            "data_seed",      "cache_budget", "pad_to_max_length"};

constexpr std::string_view kTemperature[] = {"temperature"};
constexpr std::string_view kThresholds[] = {"threshold", "thresholds"};

constexpr TaskRow kTasks[] = {
    {.name = "text-classification",
     .doc = "one label for each text or pair of texts",
     .head = "sequence",
     .problem_type = "single_label_classification",
     .pipeline_tag = "text-classification",
     .metrics = metric::classification_metrics,
     .form = {"scores", kLabelScoresSchema, kLabelParameters, kLabelExplainParameters},
     .make = make_text_classification,
     .calibrations = kTemperature,
     .options = kClassificationOptions},
    {.name = "multi-label",
     .doc = "any number of labels for each text or pair of texts",
     .head = "sequence",
     .problem_type = "multi_label_classification",
     .pipeline_tag = "text-classification",
     .metrics = metric::multi_label_metrics,
     .form = {"labels", kLabelScoresSchema, kLabelParameters, kLabelExplainParameters},
     .make = make_multi_label,
     .calibrations = kThresholds,
     .options = kMultiLabelOptions},
    {.name = "regression",
     .doc = "numbers for each text or pair of texts",
     .head = "sequence",
     .problem_type = "regression",
     .pipeline_tag = "text-classification",
     .metrics = metric::regression_metrics,
     .form = {.widget = "numbers", .schema = kNumbersSchema},
     .make = make_regression,
     .options = kRegressionOptions},
    {.name = "token-classification",
     .doc = "a tag for each word of a text, such as names of people and places",
     .head = "token",
     .problem_type = "",
     .pipeline_tag = "token-classification",
     .metrics = metric::entity_metrics,
     .form = {.widget = "entities",
              .schema = kEntitiesSchema,
              .parameters = kEntityParameters,
              .explain_parameters = kEntityExplainParameters,
              .reads_offsets = true,
              .reads_pairs = false,
              .is_list_of_parts = true},
     .make = make_token_classification,
     .options = kTokenOptions},
    {.name = kTranslationTask,
     .doc = "a translation of each text",
     .head = "seq2seq-lm",
     .problem_type = "",
     .pipeline_tag = "translation",
     .metrics = metric::translation_metrics,
     .form = {.widget = "", .schema = kTranslationSchema, .reads_pairs = false},
     .make = make_translation,
     .options = kTranslationOptions},
    {.name = kSummarizationTask,
     .doc = "a summary of each text",
     .head = "seq2seq-lm",
     .problem_type = "",
     .pipeline_tag = "summarization",
     .metrics = metric::summarization_metrics,
     .form = {.widget = "", .schema = kSummarySchema, .reads_pairs = false},
     .make = make_summarization,
     .options = kSummarizationOptions},
    {.name = kContrastiveTask,
     .doc = "vectors of texts, near to each other if the texts mean the same",
     .head = "pooling",
     .problem_type = "",
     .pipeline_tag = "sentence-similarity",
     .metrics = metric::similarity_metrics,
     .form = {.widget = "vector", .schema = kVectorSchema, .reads_pairs = false},
     .make = make_contrastive,
     .options = kContrastiveOptions},
};
static_assert(has_names(kTasks, kTaskNames), "kTaskNames and the table differ");

constexpr TaskRow kTextTasks[] = {
    {.name = kCausalLmTask,
     .doc = "the next token of running text",
     .head = "causal-lm",
     .problem_type = "",
     .pipeline_tag = "text-generation",
     .metrics = metric::language_model_metrics,
     .form = {},
     .make = make_causal_lm,
     .options = {},
     .try_it = "hone generate --model {} --prompt \"...\"",
     .reads_text = true},
    {.name = kMaskedLmTask,
     .doc = "hidden tokens of running text, from the tokens on both sides",
     .head = "masked-lm",
     .problem_type = "",
     .pipeline_tag = "fill-mask",
     .metrics = metric::masked_model_metrics,
     .form = {},
     .make = make_masked_lm,
     .options = kMaskingOptions,
     .try_it = "hone predict --model {} --task fill-mask --text \"...\"",
     .reads_text = true},
    {.name = kDenoisingTask,
     .doc = "broken text, which an encoder reads and a decoder rebuilds",
     .head = "seq2seq-lm",
     .problem_type = "",
     .pipeline_tag = "text2text-generation",
     .metrics = metric::masked_model_metrics,
     .form = {},
     .make = make_denoising,
     .options = kNoiseOptions,
     .try_it = "hone generate --model {} --prompt \"...\"",
     .reads_text = true},
};
static_assert(has_names(kTextTasks, kTextTaskNames), "kTextTaskNames and the table differ");

constexpr TaskRow kLanguageTasks[] = {
    {.name = kCausalLmTask,
     .doc = "how well a language model predicts a text",
     .head = "causal-lm",
     .problem_type = "",
     .pipeline_tag = "text-generation",
     .metrics = metric::language_model_metrics,
     .form = {},
     .make = make_causal_lm,
     .options = kWindowOptions,
     .default_max_length = kDefaultWindow},
    {.name = kPromptTask,
     .doc = "one label for each text: the one that most likely follows a prompt",
     .head = "causal-lm",
     .problem_type = "",
     .pipeline_tag = "text-generation",
     .metrics = metric::classification_metrics,
     .form = {"scores", kLabelScoresSchema, kLabelParameters},
     .make = make_prompt_classification,
     .options = kPromptOptions},
    {.name = kFillMaskTask,
     .doc = "the most likely words in the place of mask tokens",
     .head = "masked-lm",
     .problem_type = "",
     .pipeline_tag = "fill-mask",
     .metrics = metric::masked_model_metrics,
     .form = {.widget = "",
              .schema = "",
              .parameters = kFillMaskParameters,
              .explain_parameters = {},
              .reads_pairs = false},
     .make = make_fill_mask,
     .options = kFillMaskOptions},
};
static_assert(has_names(kLanguageTasks, kLanguageTaskNames), "kLanguageTaskNames and the table differ");

// True if the column holds numbers, one of which has a fraction.
bool has_fractions(const table::Column& column, uint64_t num_rows) {
  if (column.type() != table::ColumnType::kFloat) return false;
  for (uint64_t row = 0; row < num_rows; ++row) {
    const table::Value value = column.value(row);
    const auto* number = std::get_if<double>(&value);
    if (number != nullptr && std::isfinite(*number) && *number != std::floor(*number)) return true;
  }
  return false;
}

// True if every target column holds only 0 and 1 (or false and true).
bool are_flags(const table::Rows& rows, const RowOptions& options) {
  for (const std::string& name : options.target_columns) {
    if (rows.column(name).type() == table::ColumnType::kNested) return false;
    const table::LabelCellReader cells(rows.column(name));
    for (uint64_t row = 0; row < rows.size(); ++row) {
      const table::LabelCell cell = cells.read(row);
      if (cell.kind != table::LabelCell::Kind::kMissing && !cell.flag()) return false;
    }
  }
  return true;
}

// The task that the columns suggest, and why; without a reason it is the usual one.
struct Suggestion {
  std::string_view task = "text-classification";
  std::string reason = {};
};

// Errors: those of the columns that are looked for.
Suggestion suggestion_of(const table::Rows& rows, const RowOptions& options) {
  if (!options.target_columns.empty()) return {are_flags(rows, options) ? "multi-label" : "regression"};
  if (rows.empty()) return {};
  if (const auto tagged = table::find_tagged_columns(rows, options.text_column, options.label_column)) {
    return {"token-classification", fmt::format("column \"{}\" holds {}", tagged->tags,
                                                tagged->are_spans ? "spans of the text" : "a tag for each word")};
  }
  // If both columns cannot be found, the error is about the texts.
  table::choose_text_columns(rows, options.text_column, options.text_pair_column);
  const std::string label = table::choose_label_column(rows, options.label_column);
  if (rows.column(label).type() == table::ColumnType::kNested) {
    return {"multi-label", fmt::format("column \"{}\" holds lists", label)};
  }
  if (!has_fractions(rows.column(label), rows.size())) return {};
  return {"regression", fmt::format("column \"{}\" holds numbers with fractions", label)};
}

bool reads(const TaskRow& task, std::string_view option) {
  const auto holds = [option](std::span<const std::string_view> names) {
    return std::ranges::find(names, option) != names.end();
  };
  return holds(task.options) || holds(task.form.parameters) ||
         (task.reads_text ? holds(kTextOptions) : holds(kRowOptions));
}

constexpr std::span<const TaskRow> kAllTasks[] = {kTasks, kTextTasks, kLanguageTasks};

}  // namespace

std::span<const TaskRow> tasks() { return kTasks; }

std::span<const TaskRow> text_tasks() { return kTextTasks; }

const TaskRow& find_task(std::string_view name) {
  std::vector<std::string> known;
  for (const std::span<const TaskRow> rows : {tasks(), text_tasks()}) {
    for (const TaskRow& row : rows) {
      if (row.name == name) return row;
      known.emplace_back(row.name);
    }
  }
  throw unknown_name(ErrorKind::kUnsupported, "task", name, known);
}

std::span<const TaskRow> language_tasks() { return kLanguageTasks; }

const TaskRow& find_language_task(std::string_view name) {
  return find_row(kLanguageTasks, "task", name, ErrorKind::kUnsupported);
}

bool has_head(const model::ModelConfig& config) {
  const std::string_view head = model::saved_head(config);
  return std::ranges::any_of(kTasks, [&](const TaskRow& row) { return row.head == head; });
}

const TaskRow& trained_task(const model::ModelConfig& config) {
  // The files of sentence-transformers make a model of vectors of every folder without a classifier's head.
  const std::string_view head = model::saved_head(config);
  const std::filesystem::path folder = std::filesystem::path(config.source()).parent_path();
  if (head != "sequence" && head != "token" && model::has_sentence_modules(folder)) return find_task(kContrastiveTask);
  if (head == "seq2seq-lm") return find_task(seq2seq_task(config));
  const bool has_token_head = head == "token";
  const std::string type = config.problem_type();
  const auto found = std::ranges::find_if(kTasks, [&](const TaskRow& row) {
    return has_token_head ? row.head == "token" : !row.problem_type.empty() && row.problem_type == type;
  });
  return found != std::end(kTasks) ? *found : find_task("text-classification");
}

const TaskRow& choose_task(std::string_view name, const model::ModelConfig& config, const table::Rows& rows,
                           const RowOptions& options) {
  if (!name.empty()) return find_task(name);
  const std::string_view head = model::saved_head(config);
  if (head == "token" || head == "seq2seq-lm" || (head == "sequence" && !config.problem_type().empty()))
    return trained_task(config);
  const Suggestion suggested = suggestion_of(rows, options);
  if (!suggested.reason.empty()) {
    log_info("{}, so the task is {} (--task chooses another)", suggested.reason, suggested.task);
  }
  return find_task(suggested.task);
}

Error with_task_of_rows(const Error& error, const TaskRow& of_model, const std::string& model_dir,
                        const table::Rows& rows, const RowOptions& options) {
  try {
    const Suggestion suggested = suggestion_of(rows, options);
    if (suggested.task == of_model.name) return error;
    return Error(error.kind(),
                 fmt::format("the model was trained for {}, but {}: {}", of_model.name,
                             suggested.reason.empty() ? fmt::format("the rows are those of {}", suggested.task)
                                                      : suggested.reason,
                             error.what()),
                 fmt::format("train one for these rows: hone train --model {} --dataset {} --task {} "
                             "--ignore-mismatched-sizes",
                             model_dir, options.dataset.string(), suggested.task));
  } catch (const Error&) {
    return error;  // the rows suggest no task
  }
}

void check_task_options(const TaskRow& task, std::span<const options::GivenOption> given) {
  for (const options::GivenOption& option : given) {
    if (reads(task, option.name)) continue;
    std::vector<std::string_view> readers;
    for (const std::span<const TaskRow> rows : kAllTasks) {
      for (const TaskRow& row : rows) {
        const bool is_known = std::ranges::find(readers, row.name) != readers.end();
        if (reads(row, option.name) && !is_known) readers.push_back(row.name);
      }
    }
    if (readers.empty()) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is an option of {}; the task is {}", option.where, fmt::join(readers, ", "), task.name),
                "leave it out");
  }
}

void check_calibration(const TaskRow& task, std::string_view name) {
  if (name == "none" || std::ranges::find(task.calibrations, name) != task.calibrations.end()) return;
  throw Error(
      ErrorKind::kUsage, fmt::format("calibrate is {}, which {} does not choose", name, task.name),
      task.calibrations.empty() ? "leave it out" : fmt::format("give {}", fmt::join(task.calibrations, " or ")));
}

std::vector<metric::Metric> all_metrics() {
  std::vector<metric::Metric> all;
  for (const std::span<const TaskRow> rows : {tasks(), text_tasks()}) {
    for (const TaskRow& row : rows) {
      const std::span<const metric::Metric> own = row.metrics();
      all.insert(all.end(), own.begin(), own.end());
    }
  }
  return all;
}

}  // namespace hone::task
