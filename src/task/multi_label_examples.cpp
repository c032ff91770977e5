#include "task/multi_label_examples.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/empty.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/error.h"
#include "metric/calibration.h"
#include "metric/multi_label.h"
#include "metric/worst_rows.h"
#include "task/class_loss.h"
#include "task/score_functions.h"
#include "tensor/compute.h"

namespace hone::task {

namespace {

struct LabelTargets {
  std::vector<uint8_t> truth;  // [rows, K]
  std::vector<std::string> names;
  std::vector<double> weights = {};    // pos_weight of each label; empty: all are 1
  std::vector<float> thresholds = {};  // [K]

  size_t width() const { return names.size(); }
  std::span<const uint8_t> row(uint64_t row) const { return std::span(truth).subspan(row * width(), width()); }

  // The sum over all labels of all rows, as torch's BCEWithLogitsLoss.
  at::Tensor loss_sum(const at::Tensor& logits, std::span<const uint64_t> rows) const {
    const at::Tensor of_rows =
        at::empty({static_cast<int64_t>(rows.size()), static_cast<int64_t>(width())}, at::kFloat);
    float* next = of_rows.mutable_data_ptr<float>();
    for (const uint64_t row : rows) next = std::copy_n(this->row(row).begin(), width(), next);
    const at::Tensor weight = weight_tensor(weights, logits.device());
    return at::binary_cross_entropy_with_logits(logits, tensor::on_device(of_rows, logits.device()), {},
                                                weight.defined() ? std::optional(weight) : std::nullopt,
                                                at::Reduction::Sum);
  }

  std::vector<std::string> names_of(std::span<const uint8_t> flags) const {
    std::vector<std::string> found;
    for (size_t label = 0; label < width(); ++label) {
      if (flags[label] != 0) found.push_back(names[label]);
    }
    return found;
  }
};

// A row with wrong labels.
struct WrongLabels {
  uint64_t row = 0;
  double loss = 0;  // mean over its labels
  std::vector<uint8_t> predicted;
};

class MultiLabelEvaluation final : public TextEvaluation {
 public:
  MultiLabelEvaluation(const TextRows& texts, const LabelTargets& targets, size_t num_worst)
      : TextEvaluation(texts), targets_(targets), scores_(targets.width()), worst_(num_worst) {}

  metric::Resampler resampler() const override { return metric::multi_label_resampler(scores_, targets_.thresholds); }

  Calibration calibration(std::string_view what) const override {
    const std::vector<float> thresholds = what == "threshold" ? shared_threshold() : own_thresholds();
    const auto [lowest, highest] = std::ranges::minmax(thresholds);
    Calibration chosen{.thresholds = thresholds};
    chosen.summary = lowest == highest ? fmt::format("threshold {:.4g}", lowest)
                                       : fmt::format("thresholds {:.4g} to {:.4g}", lowest, highest);
    const metric::Report before = report(), after = metric::multi_label_report(scores_, thresholds, targets_.names);
    for (const char* name : {"f1_micro", "f1_macro"}) {
      chosen.summary += fmt::format("{} {} {:.4f} -> {:.4f}", name == std::string_view("f1_micro") ? ":" : ",", name,
                                    before.value(name), after.value(name));
    }
    return chosen;
  }

 private:
  metric::Report measured() const override {
    return metric::multi_label_report(scores_, targets_.thresholds, targets_.names);
  }
  at::Tensor loss_sum(const at::Tensor& logits, std::span<const uint64_t> rows) const override {
    return targets_.loss_sum(logits, rows);
  }
  double total_weight(std::span<const uint64_t> rows) const override {
    return static_cast<double>(rows.size() * targets_.width());
  }
  uint64_t targets_per_row() const override { return targets_.width(); }
  std::optional<metric::Panel> worst_panel() const override {
    if (!worst_.keeps_any()) return std::nullopt;
    return metric::Panel{"rows", "worst", "Worst mistakes", worst_json()};
  }

  void add_prediction(uint64_t row, std::span<const float> logits) override {
    std::vector<float> scores(logits.begin(), logits.end());
    apply_score_function(find_score_function("sigmoid"), scores, scores.size());
    const std::span<const uint8_t> truth = targets_.row(row);
    scores_.add(scores, truth);
    if (!worst_.keeps_any()) return;
    std::vector<uint8_t> predicted(scores.size());
    for (size_t label = 0; label < scores.size(); ++label)
      predicted[label] = scores[label] > targets_.thresholds[label];
    if (std::ranges::equal(predicted, truth)) return;
    double loss = 0;
    for (size_t label = 0; label < scores.size(); ++label) {
      const double x = truth[label] != 0 ? -logits[label] : logits[label];
      loss += std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    }
    worst_.add({row, loss / static_cast<double>(scores.size()), std::move(predicted)});
  }

  // The scores of one label, or of all of them, with what is true.
  float threshold_of(size_t first_label, size_t num_labels) const {
    std::vector<float> scores;
    std::vector<uint8_t> truth;
    for (size_t row = 0; row < scores_.num_rows(); ++row) {
      const auto of_row = scores_.scores(row).subspan(first_label, num_labels);
      const auto is_true = scores_.truth(row).subspan(first_label, num_labels);
      scores.insert(scores.end(), of_row.begin(), of_row.end());
      truth.insert(truth.end(), is_true.begin(), is_true.end());
    }
    return metric::best_threshold(scores, truth);
  }

  std::vector<float> shared_threshold() const {
    return std::vector<float>(targets_.width(), threshold_of(0, targets_.width()));
  }

  std::vector<float> own_thresholds() const {
    std::vector<float> thresholds(targets_.width());
    for (size_t label = 0; label < thresholds.size(); ++label) thresholds[label] = threshold_of(label, 1);
    return thresholds;
  }

  Json worst_json() const {
    Json list = Json::array();
    for (const WrongLabels& wrong : worst_.sorted()) {
      Json item = {{"row", wrong.row}};
      item.update(texts().described(wrong.row));
      item["label"] = fmt::format("{}", fmt::join(targets_.names_of(targets_.row(wrong.row)), ", "));
      item["predicted"] = fmt::format("{}", fmt::join(targets_.names_of(wrong.predicted), ", "));
      item["loss"] = metric::finite_or_null(wrong.loss);
      list.push_back(std::move(item));
    }
    return list;
  }

  const LabelTargets& targets_;
  metric::LabelScoresOfRows scores_;
  metric::WorstRows<WrongLabels> worst_;
};

class MultiLabelExamples final : public TextExamples {
 public:
  explicit MultiLabelExamples(TaggedTexts rows)
      : TextExamples(std::move(rows.texts)),
        targets_{std::move(rows.truth), std::move(rows.names), std::move(rows.weights), std::move(rows.thresholds)} {
    if (targets_.thresholds.empty()) targets_.thresholds.assign(targets_.width(), kDefaultThreshold);
    check_internal(targets_.truth.size() == size() * targets_.width(), "each row has a flag for each label");
  }

  uint64_t num_targets(std::span<const uint64_t> rows, const nn::ForwardContext&) const override {
    return rows.size() * targets_.width();
  }
  at::Tensor loss(const model::Model& model, std::span<const uint64_t> rows,
                  const nn::ForwardContext& context) const override {
    return targets_.loss_sum(row_outputs(model, texts().features, rows, context), rows);
  }
  std::unique_ptr<Evaluation> evaluation(const EvaluationOptions& options) const override {
    return std::make_unique<MultiLabelEvaluation>(texts(), targets_, options.num_worst);
  }
  std::string preview(uint64_t row) const override {
    return fmt::format("[{}] {}", fmt::join(targets_.names_of(targets_.row(row)), ", "), texts().shown(row));
  }
  std::string target_counts() const override { return described_counts(targets_.names, counts()); }
  std::vector<std::string> findings() const override {
    std::vector<std::string> notes = TextExamples::findings();
    if (auto note = missing_labels(targets_.names, counts()); !note.empty()) notes.push_back(std::move(note));
    return notes;
  }

 private:
  std::vector<uint64_t> counts() const { return rows_of_labels(targets_.truth, targets_.width()); }

  LabelTargets targets_;
};

}  // namespace

std::vector<uint64_t> rows_of_labels(std::span<const uint8_t> truth, size_t num_labels) {
  std::vector<uint64_t> counts(num_labels);
  for (size_t at = 0; at < truth.size(); ++at) counts[at % num_labels] += truth[at];
  return counts;
}

std::unique_ptr<Examples> make_examples(TaggedTexts rows) {
  return std::make_unique<MultiLabelExamples>(std::move(rows));
}

}  // namespace hone::task
