// A space over options: for each searched option its values or its range, and when it counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "options/field_list.h"
#include "search/trial.h"

namespace hone::search {

// An option counts only if an earlier option of the space has one of these values.
struct Condition {
  std::string option;
  std::vector<size_t> choices;  // indices
};

struct Dimension {
  std::string option;  // its own name, not an alias
  Distribution distribution;
  std::vector<Json> values;  // of choices: as the config file gave them
  std::optional<Condition> condition;
};

class Space {
 public:
  // Reads {"learning_rate": {"low": 1e-5, "high": 1e-3, "log": true}, "optim": ["adamw", "lion"], "momentum": {"low":
  // 0, "high": 1, "when": {"optim": "sgd"}}}. Each value is checked by its option in `list`, which is changed: give a
  // list of options that nobody reads. Errors (kUsage, `where` begins the message): an empty space, an unknown option
  // (with the nearest one), a value that the option does not take, a range of an option that is no number, limits out
  // of order, a log range from 0, a value twice, a condition on an option that is not an earlier list of values.
  static Space parse(const Json& block, const options::FieldList& list, const std::string& where);

  const std::vector<Dimension>& dimensions() const { return dimensions_; }

  // Returns whether the dimension counts, given the values of the earlier ones.
  bool is_active(const Dimension& dimension, const Parameters& parameters) const;
  // Sets the options to the values of a trial. Errors (kInput): the trial lacks an option that counts, or has a value
  // that is not in the space.
  void apply(const Parameters& parameters, const options::FieldList& list) const;
  // Returns "learning_rate=3.2e-05 optim=adamw", in the order of the space.
  std::string described(const Parameters& parameters) const;

  // Returns all combinations, without options that do not count, the last option changing first. Errors (kUsage): a
  // range without step, more than kMaxGridPoints.
  std::vector<Parameters> grid() const;

  // Returns what another space must have to be the same: options, distributions and conditions.
  Json json() const;

 private:
  const Dimension* find(std::string_view option) const;
  void read_condition(const Json& when, Dimension& dimension, const options::FieldList& list,
                      const std::string& where) const;

  std::vector<Dimension> dimensions_;
};

inline constexpr size_t kMaxGridPoints = 100000;

}  // namespace hone::search
