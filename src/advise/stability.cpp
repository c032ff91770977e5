#include "advise/stability.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "advise/curves.h"
#include "advise/run_options.h"

namespace hone::advise {

namespace {

// The losses of small batches vary by chance. Means of this many rows keep false alarms of simulated healthy runs below
// 2 %.
constexpr double kRowsOfMean = 160;
constexpr size_t kMaxMeans = 40, kMinMeans = 4;
constexpr size_t kMinMeansOfDivergence = 8;
constexpr double kUsualBatch = 8;                // if the options do not say it
constexpr double kHasLearned = 0.8;              // a loss below this share of the first one
constexpr double kOfFirst = 1.2;                 // a loss above this share of the first one is a spike
constexpr double kAboveFirstOfNeighbours = 1.3;  // so that a training that diverged is no row of spikes
constexpr double kOfNeighbours = 1.8, kOfFirstAtLeast = 0.6;
constexpr double kDiverged = 1.25;        // the last quarter of the losses as a share of the lowest quarter
constexpr double kDivergedOfFirst = 0.2;  // their difference as a share of the first loss

const Sample* first_nonfinite(std::span<const Sample> samples) {
  const auto found = std::ranges::find_if(samples, [](const Sample& sample) { return !std::isfinite(sample.value); });
  return found == samples.end() ? nullptr : &*found;
}

// Returns means of the losses, each of at least kRowsOfMean rows.
std::vector<Sample> means_of(const History& history) {
  if (history.losses.empty()) return {};
  const RunOptions options(history.options);
  const double batch = options.number("per_device_train_batch_size").value_or(kUsualBatch) *
                       options.number("gradient_accumulation_steps").value_or(1);
  const double rows = batch * static_cast<double>(history.losses.back().step);
  const double count = std::min(rows / kRowsOfMean, static_cast<double>(kMaxMeans));
  return binned(history.losses, count >= 1 ? static_cast<size_t>(count) : 0);
}

double median_around(std::span<const Sample> means, size_t at) {
  constexpr size_t kReach = 4;
  std::vector<double> values;
  for (size_t i = at - std::min(at, kReach); i < std::min(means.size(), at + kReach + 1); ++i) {
    if (i != at) values.push_back(means[i].value);
  }
  return median_of(std::move(values));
}

// Returns the losses that stand far above those around them.
std::vector<Sample> spikes_of(std::span<const Sample> means) {
  std::vector<Sample> spikes;
  const double first = std::max(means[0].value, means[1].value);
  bool has_learned = false;
  for (size_t i = 1; i < means.size(); ++i) {
    const double value = means[i].value, around = median_around(means, i);
    const bool is_above_first = value > kOfFirst * first && value > kAboveFirstOfNeighbours * around;
    const bool stands_out = value > kOfNeighbours * around && value > kOfFirstAtLeast * first;
    if (has_learned && (is_above_first || stands_out)) spikes.push_back(means[i]);
    has_learned |= value < kHasLearned * first;
  }
  const bool is_one = spikes.size() == 1 && spikes[0].value <= kOfFirst * first;
  return is_one ? std::vector<Sample>() : spikes;
}

void add_spikes(std::span<const Sample> means, Facts& facts) {
  const std::vector<Sample> spikes = spikes_of(means);
  if (spikes.empty()) return;
  const Sample& highest = *std::ranges::max_element(spikes, {}, &Sample::value);
  facts.set("num_spikes", spikes.size());
  facts.set("spike_step", highest.step);
  facts.set("spike_loss", highest.value);
  facts.set(
      "usual_loss",
      median_around(means, static_cast<size_t>(std::ranges::find(means, highest.step, &Sample::step) - means.begin())));
}

void add_divergence(std::span<const Sample> means, Facts& facts) {
  const size_t quarter = means.size() / 4;
  double lowest = std::numeric_limits<double>::infinity();
  int64_t lowest_step = 0;
  for (size_t i = 0; i + quarter <= means.size(); ++i) {
    const double mean = mean_of(means.subspan(i, quarter));
    if (mean < lowest) {
      lowest = mean;
      lowest_step = means[i + quarter - 1].step;
    }
  }
  const double last = mean_of(means.last(quarter)), first = means[0].value;
  if (last < kDiverged * lowest || last - lowest < kDivergedOfFirst * first) return;
  facts.set("lowest_train_loss", lowest);
  facts.set("lowest_train_step", lowest_step);
  facts.set("risen_train_loss", last);
}

void add_norms(const History& history, Facts& facts) {
  std::vector<double> norms;
  const Sample* highest = nullptr;
  for (const Sample& sample : history.gradient_norms) {
    if (!std::isfinite(sample.value)) continue;
    norms.push_back(sample.value);
    if (highest == nullptr || sample.value > highest->value) highest = &sample;
  }
  if (highest == nullptr) return;
  facts.set("norm", highest->value);
  facts.set("norm_step", highest->step);
  facts.set("usual_norm", median_of(std::move(norms)));
}

}  // namespace

std::optional<Facts> find_unstable(const History& history) {
  Facts facts;
  if (const Sample* loss = first_nonfinite(history.losses)) facts.set("broken_loss_step", loss->step);
  if (const Sample* norm = first_nonfinite(history.gradient_norms)) facts.set("broken_norm_step", norm->step);
  const std::vector<Sample> means = means_of(history);
  if (means.size() >= kMinMeans) add_spikes(means, facts);
  if (means.size() >= kMinMeansOfDivergence) add_divergence(means, facts);
  if (facts.values().empty()) return std::nullopt;
  add_norms(history, facts);
  return facts;
}

}  // namespace hone::advise
