#include "metric/classification.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "metric/counts.h"

namespace hone::metric {

namespace {

using ScoreOf = double (*)(const LabelScores&);

double precision_of(const LabelScores& scores) { return scores.precision; }
double recall_of(const LabelScores& scores) { return scores.recall; }
double f1_of(const LabelScores& scores) { return scores.f1; }

template <ScoreOf score>
double positive(const ConfusionMatrix& matrix) {
  return score(label_scores(matrix, 1));
}

// Averages over the labels that occur among the true labels or the predictions, as scikit-learn does.
template <ScoreOf score>
double macro(const ConfusionMatrix& matrix) {
  double sum = 0, labels = 0;
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    if (matrix.num_of_label(label) + matrix.num_of_prediction(label) == 0) continue;
    sum += score(label_scores(matrix, label));
    labels += 1;
  }
  return ratio(sum, labels);
}

template <ScoreOf score>
double weighted(const ConfusionMatrix& matrix) {
  double sum = 0;
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    const LabelScores scores = label_scores(matrix, label);
    sum += score(scores) * static_cast<double>(scores.support);
  }
  return ratio(sum, static_cast<double>(matrix.total()));
}

template <ScoreOf score>
double usual(const ConfusionMatrix& matrix) {
  return matrix.num_labels() == 2 ? positive<score>(matrix) : macro<score>(matrix);
}

// With one label for each row, micro-averaged precision, recall and F1 are all equal to the accuracy.
double accuracy(const ConfusionMatrix& matrix) {
  return ratio(static_cast<double>(matrix.correct()), static_cast<double>(matrix.total()));
}

// The sum over the labels of (true rows) * (predicted rows): n^2 times the agreement that chance gives.
double chance_agreement(const ConfusionMatrix& matrix) {
  double sum = 0;
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    sum += static_cast<double>(matrix.num_of_label(label)) * static_cast<double>(matrix.num_of_prediction(label));
  }
  return sum;
}

// Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004.
double matthews_correlation(const ConfusionMatrix& matrix) {
  const auto total = static_cast<double>(matrix.total());
  double labels = total * total, predictions = total * total;
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    const auto of_label = static_cast<double>(matrix.num_of_label(label));
    const auto predicted = static_cast<double>(matrix.num_of_prediction(label));
    labels -= of_label * of_label;
    predictions -= predicted * predicted;
  }
  const double covariance = static_cast<double>(matrix.correct()) * total - chance_agreement(matrix);
  return ratio(covariance, std::sqrt(labels * predictions));
}

double cohen_kappa(const ConfusionMatrix& matrix) {
  const auto total = static_cast<double>(matrix.total());
  const double wrong_by_chance = total * total - chance_agreement(matrix);
  if (wrong_by_chance == 0) return kUndefined;
  return 1 - (total - static_cast<double>(matrix.correct())) * total / wrong_by_chance;
}

double balanced_accuracy(const ConfusionMatrix& matrix) {
  double sum = 0, labels = 0;
  for (int64_t label = 0; label < matrix.num_labels(); ++label) {
    if (matrix.num_of_label(label) == 0) continue;
    sum += label_scores(matrix, label).recall;
    labels += 1;
  }
  return ratio(sum, labels);
}

// What every metric is computed from.
struct Results {
  ConfusionMatrix matrix;
  ProbabilityMeans means;
  RankAreas areas;
};

template <double (*compute)(const ConfusionMatrix& matrix)>
double of_matrix(const Results& results) {
  return compute(results.matrix);
}

template <double ProbabilityMeans::* mean>
double of_means(const Results& results) {
  return results.means.*mean;
}

template <double RankAreas::* area>
double of_areas(const Results& results) {
  return results.areas.*area;
}

// The numbers of labels that a metric applies to.
struct LabelRange {
  int64_t least = 0, most = std::numeric_limits<int64_t>::max();
};
constexpr LabelRange kAnyNumber, kBinary{2, 2}, kMoreThanFive{6};

struct ClassMetric {
  Metric metric;
  double (*compute)(const Results& results);
  LabelRange labels = kAnyNumber;

  bool applies(int64_t num_labels) const { return num_labels >= labels.least && num_labels <= labels.most; }
};

constexpr std::string_view kUsual = "of the second label if there are two labels, else macro";
constexpr std::string_view kMacro = "mean over the labels", kMicro = "over all rows";
constexpr std::string_view kWeighted = "mean over the labels, weighted by their rows";

constexpr Metric higher(std::string_view name, std::string_view doc, bool in_log = false) {
  return {name, doc, Better::kHigher, in_log};
}

constexpr Metric lower(std::string_view name, std::string_view doc) { return {name, doc, Better::kLower}; }

constexpr ClassMetric kMetrics[] = {
    {{"accuracy", "share of the rows whose prediction is right", Better::kHigher, true, true}, of_matrix<accuracy>},
    {higher("precision", kUsual), of_matrix<usual<precision_of>>},
    {higher("recall", kUsual), of_matrix<usual<recall_of>>},
    {higher("f1", kUsual, true), of_matrix<usual<f1_of>>},
    {higher("f1_binary", "F1 of the second label"), of_matrix<positive<f1_of>>, kBinary},
    {higher("precision_macro", kMacro), of_matrix<macro<precision_of>>},
    {higher("recall_macro", kMacro), of_matrix<macro<recall_of>>},
    {higher("f1_macro", kMacro), of_matrix<macro<f1_of>>},
    {higher("precision_micro", kMicro), of_matrix<accuracy>},
    {higher("recall_micro", kMicro), of_matrix<accuracy>},
    {higher("f1_micro", kMicro), of_matrix<accuracy>},
    {higher("precision_weighted", kWeighted), of_matrix<weighted<precision_of>>},
    {higher("recall_weighted", kWeighted), of_matrix<weighted<recall_of>>},
    {higher("f1_weighted", kWeighted), of_matrix<weighted<f1_of>>},
    {higher("balanced_accuracy", "mean of the recalls of the labels that occur"), of_matrix<balanced_accuracy>},
    {higher("matthews_correlation", "correlation of labels and predictions"), of_matrix<matthews_correlation>},
    {higher("cohen_kappa", "agreement beyond chance"), of_matrix<cohen_kappa>},
    {higher("roc_auc", "area under the ROC curve: of the second label if there are two labels, else macro"),
     of_areas<&RankAreas::roc_auc>},
    {higher("average_precision", "area under precision over recall: of the second label, or macro"),
     of_areas<&RankAreas::average_precision>},
    {higher("top_5_accuracy", "share of the rows whose label is one of the five most probable"),
     of_means<&ProbabilityMeans::top_accuracy>, kMoreThanFive},
    {lower("log_loss", "mean of -log of the true label's probability"), of_means<&ProbabilityMeans::log_loss>},
    {lower("brier_score", "mean squared error of the probabilities, summed over the labels if there are more than two"),
     of_means<&ProbabilityMeans::brier_score>},
    {lower("expected_calibration_error", "difference between confidence and accuracy, mean over the rows"),
     of_means<&ProbabilityMeans::calibration_error>},
};

std::vector<Metric> metrics_for(std::optional<int64_t> num_labels) {
  std::vector<Metric> metrics;
  for (const ClassMetric& row : kMetrics) {
    if (!num_labels || row.applies(*num_labels)) metrics.push_back(row.metric);
  }
  return metrics;
}

std::vector<std::pair<std::string_view, double>> values_of(const Results& results) {
  std::vector<std::pair<std::string_view, double>> values;
  for (const ClassMetric& row : kMetrics) {
    if (row.applies(results.matrix.num_labels())) values.emplace_back(row.metric.name, row.compute(results));
  }
  return values;
}

// Of two labels only the second has a ranking.
int64_t first_ranked(const ClassScores& scores) { return scores.num_labels() == 2 ? 1 : 0; }

RankAreas rank_areas(const ClassScores& scores, const RankingVisitor& visit) {
  std::vector<RankAreas> areas;
  for (int64_t label = first_ranked(scores); label < scores.num_labels() && scores.has_rankings(); ++label) {
    const Ranking ranking = scores.ranking(label);
    areas.push_back(ranking.areas());
    if (visit) visit(label, ranking);
  }
  return mean_of(areas);
}

}  // namespace

Mistake make_mistake(uint64_t row, std::span<const float> logits, int64_t label, int64_t predicted) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - highest);
  const double loss = std::log(sum) + highest - logits[static_cast<size_t>(label)];
  return {row, label, predicted, std::exp(-loss), loss};
}

std::span<const Metric> classification_metrics() {
  static const std::vector<Metric> all = metrics_for(std::nullopt);
  return all;
}

std::vector<Metric> classification_metrics(int64_t num_labels) { return metrics_for(num_labels); }

std::vector<std::pair<std::string_view, double>> compute_metrics(const ClassScores& scores,
                                                                 const RankingVisitor& visit) {
  return values_of({scores.confusion(), scores.means(), rank_areas(scores, visit)});
}

Resampler classification_resampler(const ClassScores& scores) {
  std::vector<Ranking> rankings;
  const auto num_ranked = static_cast<size_t>(scores.num_labels() - first_ranked(scores));
  if (scores.has_rankings() && scores.num_rows() * num_ranked <= kMaxResampledScores) {
    for (int64_t label = first_ranked(scores); label < scores.num_labels(); ++label) {
      rankings.push_back(scores.ranking(label));
    }
  }
  return [&scores, rankings = std::move(rankings)](RowCounts counts) {
    std::vector<double> values;
    for (const auto& [name, value] :
         values_of({scores.confusion(counts), scores.means(counts), mean_areas(rankings, counts)})) {
      values.push_back(value);
    }
    return values;
  };
}

}  // namespace hone::metric
