// hone eval: measures a trained model on labelled rows.
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/log.h"
#include "cli/eval_options.h"
#include "cli/library.h"
#include "eval/classifier.h"
#include "eval/report.h"
#include "task/splits.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace {

// A measure on the rows of the training says nothing about new text.
void warn_of_training_rows(const eval::TrainingFacts& training, const EvalOptions& options, const std::string& split) {
  if (!eval::is_training_split(training, options.rows.dataset, split)) return;
  log_warning("the model was trained on {}: its results on new text will be worse ({})",
              training.validation_split > 0 ? "most of these rows" : "these rows",
              training.validation_split > 0
                  ? fmt::format("--validation-split {} takes the rows that its training held out",
                                training.validation_split)
                  : std::string("take rows that it has not seen"));
}

}  // namespace

int run_eval(const options::Parsed<EvalOptions>& parsed) {
  const EvalOptions& options = parsed.options;
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  eval::Classifier classifier =
      eval::load_trained_classifier(options.model.model_name_or_path, options.model.max_seq_length);
  classifier.model->set_compute(compute);
  task::SplitRequest request;
  request.rows = options.rows;
  request.sample = options.sample;
  request.seed = options.seed.value_or(classifier.training.seed.value_or(42));
  request.labels.names = classifier.labels;
  const task::EvaluationRows rows = task::choose_evaluation_rows(request, options.split);
  task::Features features =
      task::tokenize_rows(classifier.tokenizer, rows.rows, rows.text_columns, classifier.max_length, "tokenizing rows");
  features.labels = rows.labels.ids(rows.rows, rows.label_column);
  log_info("evaluating {} with {}", counted(features.size(), rows.name + " row"),
           options.model.model_name_or_path.string());
  warn_of_training_rows(classifier.training, options, rows.name);
  task::warn_of_truncated_rows(features.num_cut_rows, features.size(), classifier.max_length);
  const bool has_pairs = rows.text_columns.text_pair.has_value();
  task::warn_of_unknown_tokens(task::unknown_tokens(classifier.tokenizer, features, has_pairs),
                               fmt::format("{} rows", rows.name));
  const double smoothing = options.label_smoothing_factor.value_or(classifier.training.label_smoothing.value_or(0));
  if (smoothing > 0) log_info("the loss has the label smoothing {}", smoothing);
  const auto row_name = [&](uint64_t row) { return rows.rows.location(row); };
  eval::check_embedded(classifier, features, row_name);
  const auto result =
      eval::evaluate(*classifier.model, features,
                     {.loss = {.label_smoothing = smoothing}, .batch_size = options.per_device_eval_batch_size});
  // NOLINTBEGIN(bugprone-unchecked-optional-access): no interrupt stops this evaluation, so there is a result
  eval::check_finite(*result, row_name);
  print(options.json ? eval::report_json(*result, classifier.labels).dump() + "\n"
                     : eval::report_text(*result, classifier.labels));
  // NOLINTEND(bugprone-unchecked-optional-access)
  return 0;
}

}  // namespace hone::cli
