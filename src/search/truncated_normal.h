// The normal distribution cut to [a, b], in units of its standard deviation, exact in its tails. As scipy's truncnorm.
#pragma once

namespace hone::search {

// Returns the logarithm of the standard normal distribution function at x.
double log_normal_cdf(double x);

// Returns the logarithm of the standard normal's mass between a and b.
double log_normal_mass(double a, double b);

// Returns the value below which the share `quantile` of the mass between a and b lies. NaN if a equals b.
double truncated_normal_quantile(double quantile, double a, double b);

// Returns the logarithm of the density at x of the truncated normal with limits a and b; -infinity outside.
double truncated_normal_log_density(double x, double a, double b);

}  // namespace hone::search
