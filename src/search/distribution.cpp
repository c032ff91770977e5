#include "search/distribution.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "search/python_json.h"

namespace hone::search {

namespace {

// Steps are decimal numbers, such as 0.05, so their multiples are not exact.
constexpr double kStepTolerance = 1e-8;

// Returns how many steps fit between the limits.
double steps_between(double low, double high, double step) { return std::floor((high - low) / step + kStepTolerance); }

// Returns the last value of a range with a step, as Optuna lowers it.
double last_value(double low, double high, double step) {
  const double last = low + steps_between(low, high, step) * step;
  return std::abs(last - high) < kStepTolerance * step ? high : last;
}

Error bad_text(std::string_view where, const std::string& problem) {
  return Error(ErrorKind::kInput, fmt::format("{}: {}", where, problem));
}

double number_at(const Json& attributes, const char* key, std::string_view where) {
  const auto found = attributes.find(key);
  if (found == attributes.end() || !found->is_number()) {
    throw bad_text(where, fmt::format("a distribution without the number \"{}\"", key));
  }
  return found->get<double>();
}

bool flag_at(const Json& attributes, const char* key) {
  const auto found = attributes.find(key);
  return found != attributes.end() && found->is_boolean() && found->get<bool>();
}

std::optional<double> step_at(const Json& attributes, const char* key, std::string_view where) {
  const auto found = attributes.find(key);
  if (found == attributes.end() || found->is_null()) return std::nullopt;
  return number_at(attributes, key, where);
}

// The classes of Optuna, the deprecated ones included.
struct DistributionClass {
  std::string_view name;
  Distribution::Kind kind;
  const char* step_key;  // nullptr: the class has none
  bool is_log;           // the class is logarithmic; otherwise the attribute "log" says so
};
using Kind = Distribution::Kind;
constexpr DistributionClass kDistributionClasses[] = {
    {"FloatDistribution", Kind::kFloat, "step", false},
    {"IntDistribution", Kind::kInt, "step", false},
    {"CategoricalDistribution", Kind::kCategorical, nullptr, false},
    {"UniformDistribution", Kind::kFloat, nullptr, false},
    {"LogUniformDistribution", Kind::kFloat, nullptr, true},
    {"DiscreteUniformDistribution", Kind::kFloat, "q", false},
    {"IntUniformDistribution", Kind::kInt, "step", false},
    {"IntLogUniformDistribution", Kind::kInt, nullptr, true},
};

Distribution made(const DistributionClass& row, const Json& attributes, std::string_view where) {
  Distribution distribution;
  distribution.kind = row.kind;
  if (row.kind == Kind::kCategorical) {
    const auto choices = attributes.find("choices");
    if (choices == attributes.end() || !choices->is_array()) throw bad_text(where, "a distribution without choices");
    distribution.choices = *choices;
    return distribution;
  }
  distribution.low = number_at(attributes, "low", where);
  distribution.high = number_at(attributes, "high", where);
  distribution.log = row.is_log || flag_at(attributes, "log");
  if (row.step_key != nullptr) distribution.step = step_at(attributes, row.step_key, where);
  if (row.kind == Kind::kInt && !distribution.step) distribution.step = 1;
  return distribution;
}

}  // namespace

Distribution Distribution::number(double low, double high, bool log, std::optional<double> step) {
  return {Kind::kFloat, low, step && *step > 0 && high > low ? last_value(low, high, *step) : high, log, step, {}};
}

Distribution Distribution::integer(int64_t low, int64_t high, bool log, int64_t step) {
  const int64_t last = step > 0 && high > low ? low + (high - low) / step * step : high;
  return {Kind::kInt, static_cast<double>(low), static_cast<double>(last), log, static_cast<double>(step), {}};
}

Distribution Distribution::categorical(Json choices) {
  return {Kind::kCategorical, 0, 0, false, std::nullopt, std::move(choices)};
}

bool Distribution::is_single() const {
  if (is_categorical()) return choices.size() == 1;
  if (low == high || !step || log) return low == high;
  return steps_between(low, high, *step) < 1;
}

bool Distribution::contains(double internal) const {
  if (is_categorical()) return internal >= 0 && internal < static_cast<double>(choices.size());
  return internal >= low && internal <= high;
}

Json Distribution::external(double internal) const {
  if (is_categorical()) return choices[static_cast<size_t>(internal)];
  if (kind == Kind::kInt) return static_cast<int64_t>(internal);
  return internal;
}

bool Distribution::operator==(const Distribution& other) const {
  return kind == other.kind && low == other.low && high == other.high && log == other.log && step == other.step &&
         choices == other.choices;
}

bool Distribution::is_compatible(const Distribution& other) const {
  return kind == other.kind && log == other.log && choices == other.choices;
}

std::string distribution_text(const Distribution& distribution) {
  Json attributes = Json::object();
  std::string_view name = "CategoricalDistribution";
  if (distribution.kind == Kind::kFloat) {
    name = "FloatDistribution";
    attributes["step"] = distribution.step ? Json(*distribution.step) : Json();
    attributes["low"] = distribution.low;
    attributes["high"] = distribution.high;
    attributes["log"] = distribution.log;
  } else if (distribution.kind == Kind::kInt) {
    name = "IntDistribution";
    attributes["log"] = distribution.log;
    attributes["step"] = static_cast<int64_t>(distribution.step.value_or(1));
    attributes["low"] = static_cast<int64_t>(distribution.low);
    attributes["high"] = static_cast<int64_t>(distribution.high);
  } else {
    attributes["choices"] = distribution.choices;
  }
  return Json({{"name", name}, {"attributes", std::move(attributes)}}).dump();
}

Distribution parse_distribution(std::string_view text, std::string_view where) {
  const Json json = parse_python_json(text, where);
  const auto name = json.find("name");
  const auto attributes = json.find("attributes");
  if (!json.is_object() || name == json.end() || !name->is_string() || attributes == json.end() ||
      !attributes->is_object()) {
    throw bad_text(where, "a distribution without name and attributes");
  }
  for (const DistributionClass& row : kDistributionClasses) {
    if (row.name != name->get_ref<const std::string&>()) continue;
    Distribution distribution = made(row, *attributes, where);
    try {
      check_distribution(distribution, where);
    } catch (const Error& error) {
      throw Error(ErrorKind::kInput, error.what());
    }
    return distribution;
  }
  throw bad_text(where, fmt::format("unknown distribution {}", name->dump()));
}

void check_distribution(const Distribution& distribution, std::string_view where) {
  const auto fail = [&](const std::string& problem, const std::string& hint) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: {}", where, problem), hint);
  };
  if (distribution.is_categorical()) {
    if (distribution.choices.empty()) fail("the list of values is empty", "give at least one value");
    return;
  }
  const auto& [kind, low, high, log, step, choices] = distribution;
  if (!std::isfinite(low) || !std::isfinite(high)) fail("a limit is not finite", "give two numbers");
  if (low > high) fail(fmt::format("low ({}) is above high ({})", low, high), "exchange the two");
  if (log && kind == Kind::kFloat && low <= 0) {
    fail(fmt::format("a log range cannot begin at {}", low), "give a low above 0, such as 1e-6, or leave out log");
  }
  if (log && kind == Kind::kInt && low < 1) {
    fail(fmt::format("a log range of integers cannot begin at {}", low), "give a low of at least 1, or leave out log");
  }
  if (step && !(*step > 0)) fail(fmt::format("step {} is not above 0", *step), "give a step above 0");
  if (log && step && (kind == Kind::kFloat || *step != 1)) {
    fail("log and step exclude each other", "leave out one of the two");
  }
}

}  // namespace hone::search
