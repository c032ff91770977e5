// Means and intervals of logged values.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "advise/history.h"

namespace hone::advise {

// Returns at most `max_bins` means of consecutive finite samples, each at the step of its last sample.
std::vector<Sample> binned(std::span<const Sample> samples, size_t max_bins);

// Returns the mean of the finite samples with after < step <= until, or nullopt if there are none.
std::optional<double> mean_between(std::span<const Sample> samples, int64_t after, int64_t until);

// Returns how far two means of samples lie apart, in standard errors of their difference; 0 if one has fewer than two
// samples.
double standard_errors_between(std::span<const Sample> a, std::span<const Sample> b);

// Returns the mean of the samples, which must not be empty.
double mean_of(std::span<const Sample> samples);
double median_of(std::vector<double> values);

struct Interval {
  double low = 0, high = 0;
};

// Returns Wilson's 95 % interval of a proportion that was measured on `rows` rows (E. B. Wilson, "Probable inference,
// the law of succession, and statistical inference", 1927).
Interval wilson_interval(double share, uint64_t rows);

// Returns the loss (natural logarithm) of always answering with the shares of the labels: their entropy.
double guessing_loss(std::span<const ClassResult> classes);

}  // namespace hone::advise
