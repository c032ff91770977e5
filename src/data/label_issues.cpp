#include "data/label_issues.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <tuple>

#include "base/error.h"

namespace hone::data {

namespace {

constexpr double kTolerance = 1e-6;       // cleanlab's FLOATING_POINT_COMPARISON
constexpr double kLeastThreshold = 2e-6;  // CONFIDENT_THRESHOLDS_LOWER_BOUND
constexpr double kAbsentThreshold = 2;    // no probability reaches it
constexpr double kLeastClipped = 1e-6;    // CLIPPING_LOWER_BOUND
constexpr double kTiny = 1e-100;          // TINY_VALUE

// Returns the sum of value(begin) ... value(begin + count - 1) in the order in which numpy adds. The last bit decides
// how 2.5 rows are rounded.
template <typename Value>
double numpy_sum(const Value& value, size_t begin, size_t count) {
  if (count < 8) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i) sum += value(begin + i);
    return sum;
  }
  if (count > 128) {
    const size_t half = count / 2 - count / 2 % 8;
    const double left = numpy_sum(value, begin, half);
    return left + numpy_sum(value, begin + half, count - half);
  }
  std::array<double, 8> sums;
  for (size_t i = 0; i < 8; ++i) sums[i] = value(begin + i);
  size_t at = 8;
  for (; at + 8 <= count; at += 8) {
    for (size_t i = 0; i < 8; ++i) sums[i] += value(begin + at + i);
  }
  double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  for (; at < count; ++at) sum += value(begin + at);
  return sum;
}

double numpy_sum(std::span<const double> values) {
  return numpy_sum([&](size_t i) { return values[i]; }, 0, values.size());
}

size_t index_of_largest(std::span<const double> values) {
  return static_cast<size_t>(std::ranges::max_element(values) - values.begin());
}

// Returns the indices of the `count` smallest values, of equal ones the first.
std::vector<size_t> smallest(std::span<const double> values, size_t count) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return values[i]; });
  order.resize(std::min(count, order.size()));
  return order;
}

// Rounds the values so that their sum is the rounded sum (round_preserving_sum).
std::vector<double> rounded(std::span<const double> values) {
  std::vector<double> whole(values.size()), errors(values.size());
  for (size_t i = 0; i < values.size(); ++i) whole[i] = std::nearbyint(values[i]);
  const double wanted = std::nearbyint(numpy_sum(values));
  for (double sum = numpy_sum(whole); std::abs(sum - wanted) > kTolerance; sum = numpy_sum(whole)) {
    const double difference = std::nearbyint(wanted - sum);
    for (size_t i = 0; i < values.size(); ++i) errors[i] = values[i] - whole[i];
    std::vector<size_t> order = smallest(errors, errors.size());
    if (difference > 0) std::ranges::reverse(order);
    order.resize(std::min(order.size(), static_cast<size_t>(std::abs(difference))));
    for (const size_t i : order) whole[i] += difference > 0 ? 1 : -1;
  }
  return whole;
}

class ConfidentLearning {
 public:
  ConfidentLearning(std::span<const int64_t> labels, const ClassProbabilities& probabilities,
                    const LabelIssueOptions& options)
      : labels_(labels),
        probabilities_(probabilities),
        options_(options),
        rows_of_class_(probabilities.num_classes),
        rows_of_guess_(probabilities.num_classes) {
    for (size_t row = 0; row < labels.size(); ++row) rows_of_class_[label(row)].push_back(row);
    guess_classes();
    sum_counts();
  }

  // The rows that are confidently of another class than their label.
  std::vector<bool> off_diagonals() const {
    std::vector<bool> found(labels_.size());
    for (size_t row = 0; row < labels_.size(); ++row) found[row] = guesses_[row] && *guesses_[row] != label(row);
    return found;
  }

  std::vector<bool> pruned_by_class() const {
    std::vector<bool> found(labels_.size());
    for (size_t k = 0; k < num_classes(); ++k) {
      const std::vector<size_t>& rows = rows_of_class_[k];
      if (!is_pruned(k)) continue;
      const double num_issues = static_cast<double>(rows.size()) - prune_counts(k)[k];
      if (num_issues < 1) continue;
      const auto confidence = [&](size_t row) { return probabilities_.row(row)[k]; };
      mark_smallest(rows, confidence, static_cast<size_t>(num_issues), found);
    }
    return found;
  }

  std::vector<bool> pruned_by_noise_rate() const {
    std::vector<bool> found(labels_.size());
    for (size_t k = 0; k < num_classes(); ++k) {
      if (!is_pruned(k)) continue;
      const std::vector<double> counts = prune_counts(k);
      for (size_t j = 0; j < num_classes(); ++j) {
        if (j == k || counts[j] <= 0) continue;
        const auto margin = [&](size_t row) { return -(probabilities_.row(row)[j] - probabilities_.row(row)[k]); };
        mark_smallest(rows_of_class_[k], margin, static_cast<size_t>(counts[j]), found);
      }
    }
    return found;
  }

 private:
  size_t num_classes() const { return probabilities_.num_classes; }
  size_t label(size_t row) const { return static_cast<size_t>(labels_[row]); }

  // cleanlab drops its result for a class of one row.
  bool is_pruned(size_t k) const {
    return rows_of_class_[k].size() > std::max<size_t>(1, static_cast<size_t>(options_.min_examples_per_class));
  }

  template <typename Key>
  static void mark_smallest(const std::vector<size_t>& rows, const Key& key, size_t count, std::vector<bool>& marked) {
    std::vector<double> keys;
    for (const size_t row : rows) keys.push_back(key(row));
    for (const size_t i : smallest(keys, count)) marked[rows[i]] = true;
  }

  // Sets the class of each row that reaches the threshold of at least one class.
  void guess_classes() {
    const std::vector<double> thresholds = confident_thresholds(labels_, probabilities_);
    guesses_.resize(labels_.size());
    for (size_t row = 0; row < labels_.size(); ++row) {
      const auto values = probabilities_.row(row);
      for (size_t k = 0; k < values.size(); ++k) {
        if (values[k] < thresholds[k] - kTolerance) continue;
        if (guesses_[row]) {
          guesses_[row] = index_of_largest(values);
          break;
        }
        guesses_[row] = k;
      }
      if (guesses_[row]) rows_of_guess_[*guesses_[row]].push_back(row);
    }
  }

  // A row of the confident joint: how many rows with label k are confidently of each class.
  std::vector<double> confident_counts(size_t k) const {
    std::vector<double> counts(num_classes());
    for (const size_t row : rows_of_class_[k]) {
      if (guesses_[row]) ++counts[*guesses_[row]];
    }
    counts[k] = std::max(counts[k], 1.0);
    return counts;
  }

  // Returns the count of the confident joint, scaled so that its row has as many rows as have the label k.
  double scaled(double count, size_t k) const {
    return count / row_sums_[k] * static_cast<double>(rows_of_class_[k].size());
  }

  // Sums the scaled joint column by column, as numpy does, because it is stored in this order there.
  void sum_counts() {
    for (size_t k = 0; k < num_classes(); ++k) row_sums_.push_back(numpy_sum(confident_counts(k)));
    std::vector<double> column(num_classes());
    const auto entry = [&](size_t index) {
      const size_t j = index / num_classes(), k = index % num_classes();
      if (k == 0) {
        std::ranges::fill(column, 0.0);
        for (const size_t row : rows_of_guess_[j]) ++column[label(row)];
        column[j] = std::max(column[j], 1.0);
      }
      return scaled(column[k], k);
    };
    sum_ = numpy_sum(entry, 0, num_classes() * num_classes());
  }

  // How many rows with label k are to be kept (entry k) or belong to each other class (calibrate_confident_joint,
  // _keep_at_least_n_per_class, _reduce_prune_counts).
  std::vector<double> prune_counts(size_t k) const {
    std::vector<double> counts = confident_counts(k);
    for (double& count : counts) {
      count = scaled(count, k) / std::max(sum_, kTiny) * static_cast<double>(labels_.size());
    }
    counts = rounded(counts);
    const double kept = std::max(counts[k], static_cast<double>(options_.min_examples_per_class));
    const auto num_nonzero = static_cast<double>(counts.size() - static_cast<size_t>(std::ranges::count(counts, 0.0)));
    const double taken = (kept - counts[k]) / std::max(num_nonzero - 1, 1.0);
    std::vector<double> reduced(counts.size());
    for (size_t j = 0; j < counts.size(); ++j) {
      if (j == k) continue;
      const double count = std::max(counts[j] - taken, 0.0);
      reduced[j] = count - count * options_.frac_noise;
      counts[j] = std::trunc(count * options_.frac_noise);
    }
    counts[k] = std::trunc(kept + numpy_sum(reduced));
    return counts;
  }

  std::span<const int64_t> labels_;
  const ClassProbabilities& probabilities_;
  const LabelIssueOptions& options_;
  std::vector<std::vector<size_t>> rows_of_class_, rows_of_guess_;
  std::vector<std::optional<size_t>> guesses_;  // nullopt: no class is confident
  std::vector<double> row_sums_;                // of the confident joint
  double sum_ = 0;                              // of the scaled confident joint
};

// Clears the rows whose most likely class is their label, or nearly so.
void clear_agreeing(std::span<const int64_t> labels, const ClassProbabilities& probabilities,
                    std::vector<bool>& issues) {
  std::vector<double> values;
  for (size_t row = 0; row < labels.size(); ++row) {
    if (!issues[row]) continue;
    const auto label = static_cast<size_t>(labels[row]);
    values.assign(probabilities.row(row).begin(), probabilities.row(row).end());
    values[label] += kTolerance;
    issues[row] = index_of_largest(values) != label;
  }
}

double self_confidence(std::span<const double> values, size_t label) { return values[label]; }

double normalized_margin(std::span<const double> values, size_t label) {
  double other = -1;
  for (size_t k = 0; k < values.size(); ++k) {
    if (k != label) other = std::max(other, values[k]);
  }
  return (values[label] - other + 1) / 2;
}

double confidence_weighted_entropy(std::span<const double> values, size_t label) {
  const auto term = [&](size_t k) { return values[k] > 0 ? values[k] * std::log(values[k]) : 0; };
  const double entropy = -numpy_sum(term, 0, values.size()) / std::log(static_cast<double>(values.size()));
  const double weighted = entropy / std::max(values[label], kLeastClipped);
  return std::log(weighted + 1) / std::max(weighted, kLeastClipped);
}

struct QualityMethod {
  std::string_view name;
  double (*quality)(std::span<const double> values, size_t label);
};
constexpr std::array<QualityMethod, 3> kQualityMethods = {
    {{"self_confidence", self_confidence},
     {"normalized_margin", normalized_margin},
     {"confidence_weighted_entropy", confidence_weighted_entropy}}};
static_assert(has_names(kQualityMethods, kLabelQualityNames));

using Inputs = std::tuple<std::span<const int64_t>, const ClassProbabilities&, const LabelIssueOptions&>;

std::vector<bool> by_noise_rate(const Inputs& inputs) {
  return std::make_from_tuple<ConfidentLearning>(inputs).pruned_by_noise_rate();
}

std::vector<bool> by_class(const Inputs& inputs) {
  return std::make_from_tuple<ConfidentLearning>(inputs).pruned_by_class();
}

std::vector<bool> by_both(const Inputs& inputs) {
  const auto learning = std::make_from_tuple<ConfidentLearning>(inputs);
  std::vector<bool> found = learning.pruned_by_class();
  const std::vector<bool> others = learning.pruned_by_noise_rate();
  for (size_t row = 0; row < found.size(); ++row) found[row] = found[row] && others[row];
  return found;
}

std::vector<bool> off_diagonals(const Inputs& inputs) {
  return std::make_from_tuple<ConfidentLearning>(inputs).off_diagonals();
}

std::vector<bool> predicted_unequal(const Inputs& inputs) {
  const auto& [labels, probabilities, options] = inputs;
  std::vector<bool> found(labels.size());
  for (size_t row = 0; row < found.size(); ++row) {
    found[row] = index_of_largest(probabilities.row(row)) != static_cast<size_t>(labels[row]);
  }
  return found;
}

std::vector<bool> worst_by(const Inputs& inputs, std::string_view method) {
  const auto& [labels, probabilities, options] = inputs;
  std::vector<bool> found = off_diagonals(inputs);
  clear_agreeing(labels, probabilities, found);
  const auto count = static_cast<size_t>(std::ranges::count(found, true));
  found.assign(found.size(), false);
  for (const size_t row : smallest(label_quality(labels, probabilities, method), count)) found[row] = true;
  return found;
}

struct FilterRule {
  std::string_view name;
  std::vector<bool> (*find)(const Inputs& inputs);
  bool keeps_agreeing;  // rows whose most likely class is their label may be issues
};
constexpr std::array<FilterRule, 7> kFilterRules = {
    {{"prune_by_noise_rate", by_noise_rate, false},
     {"prune_by_class", by_class, false},
     {"both", by_both, false},
     {"confident_learning", off_diagonals, false},
     {"predicted_neq_given", predicted_unequal, false},
     {"low_normalized_margin", [](const Inputs& inputs) { return worst_by(inputs, "normalized_margin"); }, true},
     {"low_self_confidence", [](const Inputs& inputs) { return worst_by(inputs, "self_confidence"); }, true}}};
static_assert(has_names(kFilterRules, kLabelFilterNames));

}  // namespace

std::vector<double> confident_thresholds(std::span<const int64_t> labels, const ClassProbabilities& probabilities) {
  std::vector<std::vector<double>> own(probabilities.num_classes);
  for (size_t row = 0; row < labels.size(); ++row) {
    const auto label = static_cast<size_t>(labels[row]);
    own[label].push_back(probabilities.row(row)[label]);
  }
  std::vector<double> thresholds;
  for (const std::vector<double>& values : own) {
    const double mean = values.empty() ? kAbsentThreshold : numpy_sum(values) / static_cast<double>(values.size());
    thresholds.push_back(std::max(mean, kLeastThreshold));
  }
  return thresholds;
}

void check_several_labels(std::span<const int64_t> labels) {
  if (std::ranges::adjacent_find(labels, std::ranges::not_equal_to()) == labels.end()) {
    throw Error(ErrorKind::kInput, "all rows have the same label", "label errors need rows of at least two classes");
  }
}

std::vector<bool> find_label_issues(std::span<const int64_t> labels, const ClassProbabilities& probabilities,
                                    const LabelIssueOptions& options) {
  check_internal(labels.size() == probabilities.size(), "the labels and the probabilities have different rows");
  check_several_labels(labels);
  const FilterRule& rule = find_row(kFilterRules, "filter", options.filter_by);
  std::vector<bool> issues = rule.find({labels, probabilities, options});
  if (!rule.keeps_agreeing) clear_agreeing(labels, probabilities, issues);
  return issues;
}

std::vector<double> label_quality(std::span<const int64_t> labels, const ClassProbabilities& probabilities,
                                  std::string_view method) {
  const QualityMethod& row_of_method = find_row(kQualityMethods, "quality", method);
  std::vector<double> quality(labels.size());
  for (size_t row = 0; row < quality.size(); ++row) {
    quality[row] = row_of_method.quality(probabilities.row(row), static_cast<size_t>(labels[row]));
  }
  return quality;
}

std::vector<int64_t> predicted_labels(const ClassProbabilities& probabilities) {
  std::vector<int64_t> labels(probabilities.size());
  for (size_t row = 0; row < labels.size(); ++row) {
    labels[row] = static_cast<int64_t>(index_of_largest(probabilities.row(row)));
  }
  return labels;
}

}  // namespace hone::data
