#include "search/space.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "base/names.h"
#include "options/parse.h"
#include "options/value.h"

namespace hone::search {

namespace {

using options::Field;
using options::FieldList;

const std::vector<std::string> kRangeKeys = {"low", "high", "log", "step", "when"};
const std::vector<std::string> kChoiceKeys = {"values", "when"};

Error space_error(const std::string& where, const std::string& problem, const std::string& hint = "") {
  return Error(ErrorKind::kUsage, fmt::format("{}: {}", where, problem), hint);
}

bool is_integer(const Field& field) {
  return std::visit(
      [](auto* value) {
        using Value = std::remove_pointer_t<decltype(value)>;
        return std::is_same_v<Value, int64_t> || std::is_same_v<Value, uint64_t> ||
               std::is_same_v<Value, std::optional<int64_t>> || std::is_same_v<Value, std::optional<uint64_t>>;
      },
      field.target);
}

void check_keys(const Json& block, const std::vector<std::string>& known, const std::string& where) {
  for (const auto& [key, value] : block.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const Error error = unknown_name(ErrorKind::kUsage, "key", key, known);
    throw Error(ErrorKind::kUsage, fmt::format("{}: {}", where, error.what()), error.hint());
  }
}

const Field& field_of(const std::string& name, const FieldList& list, const std::string& where) {
  const Field* const field = list.find(name);
  if (field != nullptr) return *field;
  throw space_error(where, fmt::format("unknown option \"{}\"", name), list.suggestion(name, /*flags=*/false));
}

// Returns the value as the option holds it. Choices of a study are single values, so a list becomes one text.
Json held_value(const Field& field, const Json& value, const std::string& where) {
  if (value.is_null()) {
    options::assign_json(field, value, where);
    return value;
  }
  options::assign_json(field, value, where);
  const Json held = options::value_json(field);
  if (!held.is_array()) return held;
  std::vector<std::string> items;
  for (const Json& item : held) items.push_back(item.get<std::string>());
  return fmt::format("{}", fmt::join(items, ","));
}

double number_at(const Field& field, const Json& block, const char* key, const std::string& where) {
  const auto found = block.find(key);
  if (found == block.end()) {
    throw space_error(where, fmt::format("the range has no {}", key), "write {low: 1e-5, high: 1e-3, log: true}");
  }
  if (found->is_null()) throw space_error(where, fmt::format("{} has no value", key), "give it a number");
  const Json held = held_value(field, *found, fmt::format("{}: {}", where, key));
  return held.get<double>();
}

bool flag_at(const Json& block, const char* key, const std::string& where) {
  const auto found = block.find(key);
  if (found == block.end()) return false;
  if (found->is_boolean()) return found->get<bool>();
  throw space_error(where, fmt::format("{}: {} is neither true nor false", key, found->dump()));
}

std::optional<double> step_at(const Json& block, const std::string& where) {
  const auto found = block.find("step");
  if (found == block.end()) return std::nullopt;
  double step = 0;
  if (found->is_number()) {
    step = found->get<double>();
  } else {
    const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
    char* end = nullptr;
    step = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') throw space_error(where, fmt::format("step: \"{}\" is not a number", text));
  }
  return step;
}

Distribution range_of(const Field& field, const Json& block, const std::string& where) {
  if (!options::is_number(field)) {
    throw space_error(where, "a range needs an option that is a number", "give a list of values");
  }
  check_keys(block, kRangeKeys, where);
  Distribution raw{is_integer(field) ? Distribution::Kind::kInt : Distribution::Kind::kFloat,
                   number_at(field, block, "low", where),
                   number_at(field, block, "high", where),
                   flag_at(block, "log", where),
                   step_at(block, where),
                   Json()};
  if (raw.kind == Distribution::Kind::kInt && !raw.step) raw.step = 1;
  check_distribution(raw, where);
  if (raw.kind == Distribution::Kind::kFloat) return Distribution::number(raw.low, raw.high, raw.log, raw.step);
  if (*raw.step != std::floor(*raw.step)) throw space_error(where, "the step of an integer must be an integer");
  return Distribution::integer(static_cast<int64_t>(raw.low), static_cast<int64_t>(raw.high), raw.log,
                               static_cast<int64_t>(*raw.step));
}

void read_choices(const Field& field, const Json& values, Dimension& dimension, const std::string& where) {
  Json choices = Json::array();
  for (const Json& value : values) {
    Json held = held_value(field, value, where);
    if (std::find(choices.begin(), choices.end(), held) != choices.end()) {
      throw space_error(where, fmt::format("the value {} is given twice", held.dump()), "remove one of the two");
    }
    choices.push_back(std::move(held));
    dimension.values.push_back(value);
  }
  dimension.distribution = Distribution::categorical(std::move(choices));
  check_distribution(dimension.distribution, where);
}

// Returns the values of a range with a step.
std::vector<double> grid_values(const Dimension& dimension) {
  const Distribution& distribution = dimension.distribution;
  std::vector<double> values;
  if (distribution.is_categorical()) {
    for (size_t i = 0; i < distribution.choices.size(); ++i) values.push_back(static_cast<double>(i));
    return values;
  }
  if (!distribution.step) {
    throw Error(ErrorKind::kUsage, fmt::format("search: space: {}: a grid needs values, not a range", dimension.option),
                "give a list of values or a step; or another sampler: tpe or random");
  }
  const double count = std::floor((distribution.high - distribution.low) / *distribution.step + 1e-8) + 1;
  if (count > static_cast<double>(kMaxGridPoints)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("search: space: {}: the range has {:.0f} values", dimension.option, count),
                fmt::format("a grid has at most {} points: give a larger step", kMaxGridPoints));
  }
  for (double i = 0; i < count; ++i) {
    values.push_back(std::min(distribution.low + i * *distribution.step, distribution.high));
  }
  return values;
}

}  // namespace

Space Space::parse(const Json& block, const FieldList& list, const std::string& where) {
  if (!block.is_object() || block.empty()) {
    throw space_error(where, "the space is empty",
                      "name at least one option: learning_rate: {low: 1e-5, high: 1e-3, log: true}");
  }
  Space space;
  for (const auto& [name, value] : block.items()) {
    const Field& field = field_of(name, list, where);
    const std::string place = fmt::format("{}: {}", where, name);
    Dimension dimension{field.name, {}, {}, std::nullopt};
    if (space.find(field.name) != nullptr)
      throw space_error(place, "the option is given twice", "remove one of the two");
    if (value.is_array()) {
      read_choices(field, value, dimension, place);
    } else if (value.is_object() && value.contains("values")) {
      check_keys(value, kChoiceKeys, place);
      if (!value["values"].is_array()) throw space_error(place, "values is not a list", "write values: [1, 2, 3]");
      read_choices(field, value["values"], dimension, place);
    } else if (value.is_object()) {
      dimension.distribution = range_of(field, value, place);
    } else {
      throw space_error(place, fmt::format("{} is neither a list of values nor a range", value.dump()),
                        "write [1, 2, 3] or {low: 1, high: 3}");
    }
    if (value.is_object() && value.contains("when")) space.read_condition(value["when"], dimension, list, place);
    space.dimensions_.push_back(std::move(dimension));
  }
  return space;
}

void Space::read_condition(const Json& when, Dimension& dimension, const FieldList& list,
                           const std::string& where) const {
  if (!when.is_object() || when.size() != 1) {
    throw space_error(where, "when is not one option with its values", "write when: {optim: [sgd, muon]}");
  }
  const std::string name = when.begin().key();
  const Json& wanted = when.begin().value();
  const Field& field = field_of(name, list, where + ": when");
  const Dimension* const parent = find(field.name);
  if (parent == nullptr || !parent->distribution.is_categorical()) {
    throw space_error(where, fmt::format("when names {}, which is not an earlier list of values of the space", name),
                      fmt::format("put {} before {}, with a list of values", name, dimension.option));
  }
  Condition condition{field.name, {}};
  for (const Json& value : wanted.is_array() ? wanted : Json::array({wanted})) {
    const Json held = held_value(field, value, where + ": when");
    const Json& choices = parent->distribution.choices;
    const auto found = std::find(choices.begin(), choices.end(), held);
    if (found == choices.end()) {
      throw space_error(where, fmt::format("when: {} is not among the values of {}", held.dump(), name),
                        fmt::format("the values are {}", choices.dump()));
    }
    condition.choices.push_back(static_cast<size_t>(found - choices.begin()));
  }
  dimension.condition = std::move(condition);
}

const Dimension* Space::find(std::string_view option) const {
  const auto found = std::find_if(dimensions_.begin(), dimensions_.end(),
                                  [&](const Dimension& dimension) { return dimension.option == option; });
  return found == dimensions_.end() ? nullptr : &*found;
}

bool Space::is_active(const Dimension& dimension, const Parameters& parameters) const {
  if (!dimension.condition) return true;
  const auto parent = parameters.find(dimension.condition->option);
  if (parent == parameters.end()) return false;
  const auto& choices = dimension.condition->choices;
  return std::find(choices.begin(), choices.end(), static_cast<size_t>(parent->second.value)) != choices.end();
}

void Space::apply(const Parameters& parameters, const FieldList& list) const {
  for (const Dimension& dimension : dimensions_) {
    if (!is_active(dimension, parameters)) continue;
    const auto found = parameters.find(dimension.option);
    if (found == parameters.end() || !dimension.distribution.contains(found->second.value)) {
      throw Error(ErrorKind::kInput,
                  fmt::format("the trial has no value of {} that is in the space", dimension.option));
    }
    const double value = found->second.value;
    const Json json = dimension.distribution.is_categorical() ? dimension.values[static_cast<size_t>(value)]
                                                              : dimension.distribution.external(value);
    options::assign_json(*list.find(dimension.option), json, "search: space: " + dimension.option);
  }
}

std::string Space::described(const Parameters& parameters) const {
  std::vector<std::string> parts;
  for (const Dimension& dimension : dimensions_) {
    const auto found = parameters.find(dimension.option);
    if (found == parameters.end()) continue;
    const double value = found->second.value;
    const Distribution& distribution = found->second.distribution;
    std::string text = distribution.kind == Distribution::Kind::kFloat ? fmt::format("{:.4g}", value)
                                                                       : distribution.external(value).dump();
    if (distribution.is_categorical() && distribution.external(value).is_string()) {
      text = distribution.external(value).get<std::string>();
      if (text.empty()) text = "none";
    }
    parts.push_back(fmt::format("{}={}", dimension.option, text));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

std::vector<Parameters> Space::grid() const {
  std::vector<Parameters> points = {{}};
  for (const Dimension& dimension : dimensions_) {
    const std::vector<double> values = grid_values(dimension);
    std::vector<Parameters> longer;
    for (const Parameters& point : points) {
      if (!is_active(dimension, point)) {
        longer.push_back(point);
        continue;
      }
      for (const double value : values) {
        longer.push_back(point);
        longer.back()[dimension.option] = {dimension.distribution, value};
      }
      if (longer.size() > kMaxGridPoints) {
        throw Error(ErrorKind::kUsage, fmt::format("search: space: the grid has more than {} points", kMaxGridPoints),
                    "give fewer values; or another sampler: tpe or random");
      }
    }
    points = std::move(longer);
  }
  return points;
}

Json Space::json() const {
  Json result = Json::object();
  for (const Dimension& dimension : dimensions_) {
    Json entry = {{"distribution", Json::parse(distribution_text(dimension.distribution))}};
    if (dimension.condition) {
      entry["when"] = {{"option", dimension.condition->option}, {"choices", dimension.condition->choices}};
    }
    result[dimension.option] = std::move(entry);
  }
  return result;
}

}  // namespace hone::search
