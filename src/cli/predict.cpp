// hone predict: the answers of a trained model to texts or to a file's rows.
#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/counted.h"
#include "base/log.h"
#include "base/output_path.h"
#include "cli/library.h"
#include "cli/predict_options.h"
#include "cli/prediction_writer.h"
#include "cli/text_input.h"
#include "eval/evaluate.h"
#include "eval/trained_model.h"
#include "model/adapter_folder.h"
#include "options/given.h"
#include "task/features.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace {

constexpr size_t kMaxValuesOfBlock = size_t{1} << 22;  // of the outputs: 16 MiB
constexpr size_t kMaxRowsOfBlock = 2048;

task::AnswerOptions answer_options(const PredictOptions& options) {
  task::AnswerOptions answers{.top_k = options.top_k,
                              .function_to_apply = options.function_to_apply.value_or(""),
                              .constrained_decoding = options.constrained_decoding.value_or(false)};
  if (options.aggregation_strategy) answers.aggregation_strategy = *options.aggregation_strategy;
  if (!options.ignore_labels.empty()) answers.ignore_labels = options.ignore_labels;
  return answers;
}

void predict_text(const eval::TrainedModel& model, const PredictOptions& options, const std::string& text) {
  const std::string& pair = options.texts.text_pair;
  const task::Question question =
      task::make_question(model.tokenizer, text, pair.empty() ? std::nullopt : std::optional(pair), model.reading());
  if (question.is_truncated()) {
    log_warning("the text is longer than {} tokens; {} truncated", model.max_length,
                counted(question.windows.back().num_cut, "token"));
  }
  task::warn_of_unknown_tokens(task::unknown_tokens(model.tokenizer, question), "the text");
  const auto place_of = [](size_t) { return std::string("the text"); };
  const std::vector<task::Outputs> outputs = eval::outputs(model, {&question, 1}, place_of);
  const auto answer = model.task->answer(question, outputs.front(), answer_options(options));
  print((options.json ? answer->json().dump() : answer->text()) + "\n");
}

size_t rows_of_block(const eval::TrainedModel& model) {
  if (model.task->bounds_outputs()) return kMaxRowsOfBlock;
  const size_t rows_of_outputs = model.model->reads_tokens() ? model.max_length : 1;
  const size_t values = rows_of_outputs * static_cast<size_t>(model.model->num_outputs());
  return std::clamp<size_t>(kMaxValuesOfBlock / values, 1, kMaxRowsOfBlock);
}

void predict_file(const eval::TrainedModel& model, const PredictOptions& options) {
  const task::AnswerOptions answers = answer_options(options);
  PredictionWriter writer(options.texts, *model.task, answers, options.keep_columns);
  text::UnknownTokens unknown;
  const auto write = [&](const Block& block) {
    unknown.add(block.unknown_tokens(model.tokenizer));
    const auto place_of = [&](size_t question) { return block.location(question); };
    writer.write(block, eval::outputs(model, block.questions, place_of));
  };
  const BlockOptions block_options{
      .reading = model.reading(), .what = "predicting", .beside_computing = true, .max_rows = rows_of_block(model)};
  for_each_block(options.texts, model.tokenizer, block_options, write);
  writer.commit();
  task::warn_of_unknown_tokens(unknown, options.texts.file.string());
  log_info("wrote {} to {}", counted(writer.rows(), "row"), output_name(options.texts.output));
}

}  // namespace

int run_predict(const options::Parsed<PredictOptions>& parsed) {
  const PredictOptions& options = parsed.options;
  check_text_input(options.texts, "predict");
  if (!options.texts.file.empty()) Output(options.texts);  // reports an unknown format before the model is loaded
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const model::ModelFolder folder{options.model.model_name_or_path, options.model.base_model};
  const task::TaskRow* const language = options.task.empty() ? nullptr : &task::find_language_task(options.task);
  task::check_task_options(language != nullptr ? *language : task::trained_task(model::read_config(folder)),
                           options::given_options(parsed));
  task::TaskOptions task_options;
  task_options.prompt = options.prompt;
  task_options.fill_mask = options.fill_mask;
  task_options.seq2seq = options.seq2seq;
  const eval::TrainedModel model =
      eval::load_trained_model(folder, {options.model.max_seq_length, options.model.long_text, language}, task_options);
  model.model->set_compute(compute);
  if (options.texts.file.empty()) {
    for_each_text(options.texts, [&](const std::string& text) { predict_text(model, options, text); });
  } else {
    predict_file(model, options);
  }
  for (const std::string& note : model.task->output_notes()) log_warning("{}", note);
  return 0;
}

}  // namespace hone::cli
