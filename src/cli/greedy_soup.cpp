#include "cli/greedy_soup.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/counted.h"
#include "base/error.h"
#include "eval/evaluate.h"
#include "eval/trained_model.h"
#include "task/splits.h"
#include "task/tasks.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace fs = std::filesystem;

namespace {

metric::Metric metric_of(const task::Task& task, std::string name) {
  if (name.starts_with("eval_")) name.erase(0, 5);
  return metric::comparable_metric(task.metrics(), "metric_for_best_model", name);
}

// Evaluates models with the tokenizer and the labels of the first one, on the same rows.
class Judge {
 public:
  Judge(const fs::path& first, const AverageOptions& options, const std::vector<options::GivenOption>& given)
      : options_(options), compute_(tensor::prepare_compute(options.compute)), trained_(load(first)) {
    task::check_task_options(*trained_.task_row, given);
    task_ = trained_.task_row->make(eval::task_options(options.rows, trained_.training), trained_.config,
                                    task::Purpose::kUseTrained);
    const uint64_t seed = options.seed.value_or(trained_.training.seed.value_or(42));
    const task::SplitRequest request{.rows = options.rows, .sample = options.sample, .seed = seed};
    const table::LabelledSplit split =
        task::choose_evaluation_rows(task::read_splits(request), request, options.split, *task_);
    metric_ = metric_of(*task_, options.metric_for_best_model);
    examples_ =
        task_->examples(split.rows, split.name + " rows",
                        {trained_.tokenizer, trained_.model->vocab_size(), trained_.max_length, trained_.long_text});
    rows_ = counted(examples_->size(), split.name + " row");
  }

  double value(const fs::path& folder) {
    trained_.model = load(folder).model;
    const auto result =
        eval::evaluate(*trained_.model, *examples_, {.batch_size = options_.per_device_eval_batch_size});
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): no interrupt stops this evaluation
    const metric::Report& report = result->report;
    eval::check_finite(report, *examples_);
    const double value = metric_.name == metric::kLoss.name ? report.loss : report.value(metric_.name);
    if (std::isfinite(value)) return value;
    throw Error(ErrorKind::kInput, fmt::format("{} is undefined on the {}", metric_.name, rows_),
                "choose another --metric-for-best-model, or other rows");
  }

  bool is_better(double a, double b) const { return metric_.better == metric::Better::kLower ? a < b : a > b; }
  std::string metric_name() const { return std::string(metric_.name); }
  const std::string& rows() const { return rows_; }

 private:
  eval::TrainedModel load(const fs::path& folder) const {
    eval::TrainedModel trained = eval::load_trained_model(folder, {});
    trained.model->set_compute(compute_);
    return trained;
  }

  const AverageOptions& options_;
  tensor::Compute compute_;
  eval::TrainedModel trained_;
  std::unique_ptr<task::Task> task_;
  metric::Metric metric_;
  std::unique_ptr<task::Examples> examples_;
  std::string rows_;
};

}  // namespace

std::vector<double> Soup::weights() const {
  std::vector<double> weights(ingredients.size(), 0);
  for (const SoupIngredient& ingredient : ingredients) weights[ingredient.model] = ingredient.is_in ? 1 : 0;
  return weights;
}

Soup greedy_soup(const model::AverageInputs& inputs, const AverageOptions& options, const fs::path& folder,
                 const std::vector<options::GivenOption>& given) {
  Judge judge(inputs.folders().front(), options, given);
  Soup soup{judge.metric_name(), judge.rows(), {}, 0};
  for (size_t i = 0; i < inputs.size(); ++i) {
    const double value = judge.value(inputs.folders()[i]);
    soup.ingredients.push_back({i, value, value, false});
  }
  std::ranges::stable_sort(soup.ingredients, [&](const SoupIngredient& a, const SoupIngredient& b) {
    return judge.is_better(a.value, b.value);
  });
  soup.ingredients.front().is_in = true;
  soup.value = soup.ingredients.front().value;
  for (size_t i = 1; i < soup.ingredients.size(); ++i) {
    SoupIngredient& ingredient = soup.ingredients[i];
    ingredient.is_in = true;
    tensor::write_safetensors(folder / "model.safetensors", inputs.average(soup.weights()));
    ingredient.tried = judge.value(folder);
    ingredient.is_in = !judge.is_better(soup.value, ingredient.tried);
    if (ingredient.is_in) soup.value = ingredient.tried;
  }
  return soup;
}

}  // namespace hone::cli
