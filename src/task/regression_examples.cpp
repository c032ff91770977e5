#include "task/regression_examples.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/huber_loss.h>
#include <ATen/ops/l1_loss.h>
#include <ATen/ops/mse_loss.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/names.h"
#include "metric/regression.h"
#include "metric/worst_rows.h"
#include "task/names.h"
#include "task/score_functions.h"
#include "tensor/compute.h"

namespace hone::task {

namespace {

// The losses of torch.nn: sums over all elements. `outputs` and `targets` [B, K] float.
struct LossFunction {
  std::string_view name, doc;
  at::Tensor (*sum)(const at::Tensor& outputs, const at::Tensor& targets);
};

at::Tensor squared(const at::Tensor& outputs, const at::Tensor& targets) {
  return at::mse_loss(outputs, targets, at::Reduction::Sum);
}

at::Tensor absolute(const at::Tensor& outputs, const at::Tensor& targets) {
  return at::l1_loss(outputs, targets, at::Reduction::Sum);
}

at::Tensor huber(const at::Tensor& outputs, const at::Tensor& targets) {
  return at::huber_loss(outputs, targets, at::Reduction::Sum);
}

constexpr LossFunction kLosses[] = {{"mse", "squared errors", squared},
                                    {"mae", "absolute errors", absolute},
                                    {"huber", "squared errors up to 1, absolute ones beyond", huber}};
static_assert(has_names(kLosses, kRegressionLossNames), "kRegressionLossNames and the table differ");

struct NumberTargets {
  std::vector<double> values;  // [rows, K]
  std::vector<std::string> names;
  const LossFunction& loss;
  std::optional<model::OutputScale> scale = {};  // the model's outputs are standardized targets

  size_t width() const { return names.size(); }
  std::span<const double> row(uint64_t row) const { return std::span(values).subspan(row * width(), width()); }

  at::Tensor loss_sum(const at::Tensor& outputs, std::span<const uint64_t> rows) const {
    const at::Tensor of_rows =
        at::empty({static_cast<int64_t>(rows.size()), static_cast<int64_t>(width())}, at::kFloat);
    float* next = of_rows.mutable_data_ptr<float>();
    for (const uint64_t row : rows) {
      for (size_t k = 0; k < width(); ++k) *next++ = static_cast<float>(standardized(this->row(row)[k], k));
    }
    return loss.sum(outputs, tensor::on_device(of_rows, outputs.device()));
  }

  double standardized(double value, size_t k) const {
    return scale ? (value - scale->shift[k]) / scale->scale[k] : value;
  }
  float restored(float output, size_t k) const {
    return scale ? static_cast<float>(output * scale->scale[k] + scale->shift[k]) : output;
  }
};

// A row and its largest error.
struct WrongNumbers {
  uint64_t row = 0;
  double loss = 0;  // the mean of the squared errors of its targets
  std::vector<double> predicted;
};

class RegressionEvaluation final : public TextEvaluation {
 public:
  RegressionEvaluation(const TextRows& texts, const NumberTargets& targets, size_t num_worst)
      : TextEvaluation(texts), targets_(targets), pairs_(targets.width()), worst_(num_worst) {}

  metric::Resampler resampler() const override { return metric::regression_resampler(pairs_); }

 private:
  metric::Report measured() const override { return metric::regression_report(pairs_, targets_.names); }
  at::Tensor loss_sum(const at::Tensor& outputs, std::span<const uint64_t> rows) const override {
    return targets_.loss_sum(outputs, rows);
  }
  double total_weight(std::span<const uint64_t> rows) const override {
    return static_cast<double>(rows.size() * targets_.width());
  }
  uint64_t targets_per_row() const override { return targets_.width(); }
  std::optional<metric::Panel> worst_panel() const override {
    if (!worst_.keeps_any()) return std::nullopt;
    return metric::Panel{"rows", "worst", "Largest errors", worst_json()};
  }

  void add_prediction(uint64_t row, std::span<const float> outputs) override {
    std::vector<float> predicted(outputs.size());
    for (size_t k = 0; k < outputs.size(); ++k) predicted[k] = targets_.restored(outputs[k], k);
    const std::span<const double> targets = targets_.row(row);
    pairs_.add(predicted, targets);
    if (!worst_.keeps_any()) return;
    double sum = 0;
    for (size_t k = 0; k < targets.size(); ++k) sum += (predicted[k] - targets[k]) * (predicted[k] - targets[k]);
    worst_.add({row, sum / static_cast<double>(targets.size()), {predicted.begin(), predicted.end()}});
  }

  // One number, or a list of them if there are several targets.
  static Json numbers(std::span<const double> values) {
    return values.size() == 1 ? Json(values[0]) : Json(std::vector<double>(values.begin(), values.end()));
  }

  Json worst_json() const {
    Json list = Json::array();
    for (const WrongNumbers& bad : worst_.sorted()) {
      Json item = {{"row", bad.row}};
      item.update(texts().described(bad.row));
      item["label"] = numbers(targets_.row(bad.row));
      item["predicted"] = numbers(bad.predicted);
      item["loss"] = metric::finite_or_null(bad.loss);
      list.push_back(std::move(item));
    }
    return list;
  }

  const NumberTargets& targets_;
  metric::RegressionPairs pairs_;
  metric::WorstRows<WrongNumbers> worst_;
};

class RegressionExamples final : public TextExamples {
 public:
  explicit RegressionExamples(RatedTexts rows)
      : TextExamples(std::move(rows.texts)),
        targets_{std::move(rows.targets), std::move(rows.names), find_row(kLosses, "regression_loss", rows.loss),
                 std::move(rows.scale)} {
    check_internal(targets_.values.size() == size() * targets_.width(), "each row has its targets");
  }

  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    return rows.size() * targets_.width();
  }
  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    return targets_.loss_sum(row_outputs(model, texts().features, rows, context), rows);
  }
  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions& options) const override {
    return std::make_unique<RegressionEvaluation>(texts(), targets_, options.num_worst);
  }
  std::string preview(uint64_t row) const override {
    return fmt::format("{} {}", fmt::join(targets_.row(row), ", "), texts().shown(row));
  }
  // "score 0 to 5, mean 2.7".
  std::string target_counts() const override {
    std::string text;
    for (size_t target = 0; target < targets_.width(); ++target) {
      double low = INFINITY, high = -INFINITY, sum = 0;
      for (uint64_t row = 0; row < size(); ++row) {
        const double value = targets_.row(row)[target];
        low = std::min(low, value);
        high = std::max(high, value);
        sum += value;
      }
      text += fmt::format("{}{} {:.6g} to {:.6g}, mean {:.4g}", text.empty() ? "" : "; ", targets_.names[target], low,
                          high, sum / static_cast<double>(std::max<uint64_t>(1, size())));
    }
    return text;
  }

 private:
  NumberTargets targets_;
};

}  // namespace

std::unique_ptr<Examples> make_examples(RatedTexts rows) {
  return std::make_unique<RegressionExamples>(std::move(rows));
}

}  // namespace hone::task
