// What a parameter of a study may be, as Optuna's FloatDistribution, IntDistribution and CategoricalDistribution. The
// internal value of a parameter is a double: the number itself, or the index of a choice.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::search {

struct Distribution {
  enum class Kind { kFloat, kInt, kCategorical };
  Kind kind = Kind::kFloat;
  double low = 0, high = 0;    // both included
  bool log = false;            // uniform in the logarithm
  std::optional<double> step;  // of kFloat only if the values are discrete; kInt always has one
  Json choices;                // an array of null, booleans, numbers and texts

  static Distribution number(double low, double high, bool log = false, std::optional<double> step = std::nullopt);
  static Distribution integer(int64_t low, int64_t high, bool log = false, int64_t step = 1);
  static Distribution categorical(Json choices);

  bool is_categorical() const { return kind == Kind::kCategorical; }
  // Returns whether there is only one value.
  bool is_single() const;
  bool contains(double internal) const;
  // Returns the value that Optuna's user sees: a number, or the choice. `internal` must be contained.
  Json external(double internal) const;

  bool operator==(const Distribution& other) const;
  // Returns whether one study may hold both for one parameter: ranges may change, kinds and choices may not.
  bool is_compatible(const Distribution& other) const;
};

// Returns Optuna's text: {"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, ...}}.
std::string distribution_text(const Distribution& distribution);

// Reads the text, also of the classes that Optuna had before version 3. Errors (kInput, `where` begins the message):
// not JSON, an unknown class, limits out of order.
Distribution parse_distribution(std::string_view text, std::string_view where);

// Checks the limits. Errors (kUsage, `where` begins the message): low above high, a step that is not above 0, a log
// range from 0 or below, a log range with a step, no choices.
void check_distribution(const Distribution& distribution, std::string_view where);

}  // namespace hone::search
