// hone eval: measures a trained model on labelled rows.
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cli/eval_options.h"
#include "cli/library.h"
#include "eval/classifier.h"
#include "eval/report.h"
#include "task/splits.h"
#include "tensor/compute.h"

namespace hone::cli {

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
  log_info("evaluating {} {} rows with {}", features.size(), rows.name, options.model.model_name_or_path.string());
  if (features.num_cut_rows > 0) {
    log_warning("{} of {} rows are longer than {} tokens and were truncated", features.num_cut_rows, features.size(),
                classifier.max_length);
  }
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
