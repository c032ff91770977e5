// The arithmetic of each type is that of transformers' modeling_rope_utils.py, operation by operation, because models
// were trained with its rounding.
#include "model/rope_config.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "model/config_keys.h"
#include "tensor/attention.h"

namespace hone::model {

namespace {

constexpr double kLargest = 1e15;
constexpr ConfigKey kFactor{"factor", ConfigKind::kNumber, "", 1e-6, 1e6};
constexpr ConfigKey kOptionalFactor{"factor", ConfigKind::kNumber, "null", 1e-6, 1e6};
constexpr ConfigKey kOriginalMax{"original_max_position_embeddings", ConfigKind::kInteger, "null", 1, kMaxRows};
constexpr ConfigKey kAttentionFactor{"attention_factor", ConfigKind::kNumber, "null", 1e-6, 1e6};
constexpr ConfigKey kScale{"mscale", ConfigKind::kNumber, "null", 0, 1e6};
constexpr ConfigKey kScaleAllDim{"mscale_all_dim", ConfigKind::kNumber, "null", 0, 1e6};
constexpr ConfigKey kBetaFast{"beta_fast", ConfigKind::kNumber, "null", 0, 1e6};
constexpr ConfigKey kBetaSlow{"beta_slow", ConfigKind::kNumber, "null", 0, 1e6};
constexpr ConfigKey kTruncate{"truncate", ConfigKind::kFlag, "true"};
constexpr ConfigKey kLowFactor{"low_freq_factor", ConfigKind::kNumber, "", 1e-6, 1e6};
constexpr ConfigKey kHighFactor{"high_freq_factor", ConfigKind::kNumber, "", 1e-6, 1e6};

// What a type computes from.
struct RopeInputs {
  const ModelConfig& parameters;  // the object of config.json, with its place there as source
  int64_t width = 0;              // of the part of a head that turns
  double theta = 0;
  int64_t max_positions = 0;
  int64_t original_max_positions = 0;
};

struct RopeResult {
  nn::RotaryRule rule;
  int64_t max_positions = 0;
};

at::Tensor exponents(int64_t width) { return at::arange(0, width, 2, at::kLong).to(at::kFloat) / width; }

RopeResult make_default(const RopeInputs& in) {
  return {{tensor::rotary_frequencies(in.width, in.theta)}, in.max_positions};
}

RopeResult make_linear(const RopeInputs& in) {
  return {{tensor::rotary_frequencies(in.width, in.theta) / in.parameters.number(kFactor)}, in.max_positions};
}

// A longer sequence raises the base, so that its slowest pairs turn no farther than in training.
RopeResult make_dynamic(const RopeInputs& in) {
  const double factor = in.parameters.number(kFactor), most = static_cast<double>(in.max_positions);
  const double power = static_cast<double>(in.width) / (static_cast<double>(in.width) - 2);
  if (in.width <= 2) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"rope_type\" is \"dynamic\", but only {} elements of a head turn",
                            in.parameters.source(), in.width),
                "this type needs more than 2");
  }
  const auto of_longest = [width = in.width, theta = in.theta, factor, most, power](int64_t longest) {
    const double growth = factor * static_cast<double>(longest) / most - (factor - 1);
    return tensor::rotary_frequencies(width, theta * std::pow(growth, power));
  };
  const double longest = std::min(most * std::max(factor, 1.0), kMaxRows);
  return {{tensor::rotary_frequencies(in.width, in.theta), 1, in.max_positions, of_longest},
          static_cast<int64_t>(longest)};
}

// The dimension that turns `num_rotations` times over the original length.
double correction_dimension(const RopeInputs& in, double num_rotations) {
  constexpr double kPi = 3.14159265358979323846;
  const double length = static_cast<double>(in.original_max_positions), width = static_cast<double>(in.width);
  return width * std::log(length / (num_rotations * 2 * kPi)) / (2 * std::log(in.theta));
}

double yarn_scale(double factor, double scale) { return factor <= 1 ? 1 : 0.1 * scale * std::log(factor) + 1; }

double yarn_attention_factor(const RopeInputs& in, double factor) {
  const auto given = in.parameters.optional_number(kAttentionFactor);
  if (given) return *given;
  const double scale = in.parameters.optional_number(kScale).value_or(0);
  const double scale_all = in.parameters.optional_number(kScaleAllDim).value_or(0);
  if (scale != 0 && scale_all != 0) return yarn_scale(factor, scale) / yarn_scale(factor, scale_all);
  return yarn_scale(factor, 1);
}

double ratio_of_lengths(const RopeInputs& in) {
  return static_cast<double>(in.max_positions) / static_cast<double>(in.original_max_positions);
}

// A value of 0 is read as unset, as in transformers.
double number_or(const ModelConfig& config, const ConfigKey& key, double fallback) {
  const double given = config.optional_number(key).value_or(0);
  return given == 0 ? fallback : given;
}

// Fast pairs keep their frequency, slow ones are interpolated, with a ramp between.
RopeResult make_yarn(const RopeInputs& in) {
  const double factor = in.parameters.optional_number(kOptionalFactor).value_or(ratio_of_lengths(in));
  double low = correction_dimension(in, number_or(in.parameters, kBetaFast, 32));
  double high = correction_dimension(in, number_or(in.parameters, kBetaSlow, 1));
  if (in.parameters.flag(kTruncate)) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(in.width - 1));
  if (low == high) high += 0.001;
  const at::Tensor powers = at::pow(in.theta, exponents(in.width));
  const at::Tensor pairs = at::arange(powers.size(0), at::kFloat);
  const at::Tensor kept = 1 - at::clamp((pairs - low) / (high - low), 0, 1);
  const at::Tensor frequencies = (powers * factor).reciprocal() * (1 - kept) + powers.reciprocal() * kept;
  return {{frequencies, yarn_attention_factor(in, factor)}, in.max_positions};
}

at::Tensor factors_of_pairs(const RopeInputs& in, const char* name) {
  const auto found = in.parameters.json().find(name);
  const auto wanted = static_cast<size_t>(in.width + 1) / 2;
  std::vector<float> factors;
  if (found != in.parameters.json().end() && found->is_array() && found->size() == wanted) {
    for (const Json& factor : *found) {
      const float value = factor.is_number() ? factor.get<float>() : 0;  // a float, which may round to 0
      if (value > 0 && value < kLargest) factors.push_back(value);
    }
  }
  if (factors.size() == wanted) return at::tensor(factors);
  throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is not a list of {} numbers above 0, one for each pair",
                                             in.parameters.source(), name, wanted));
}

double longrope_attention_factor(const RopeInputs& in) {
  const auto given = in.parameters.optional_number(kAttentionFactor);
  if (given) return *given;
  const double factor = in.parameters.optional_number(kOptionalFactor).value_or(ratio_of_lengths(in));
  if (factor <= 1) return 1;
  return std::sqrt(1 + std::log(factor) / std::log(static_cast<double>(in.original_max_positions)));
}

RopeResult make_longrope(const RopeInputs& in) {
  const at::Tensor powers = at::pow(in.theta, exponents(in.width));
  const at::Tensor of_short = (factors_of_pairs(in, "short_factor") * powers).reciprocal();
  const at::Tensor of_long = (factors_of_pairs(in, "long_factor") * powers).reciprocal();
  return {{of_short, longrope_attention_factor(in), in.original_max_positions, [of_long](int64_t) { return of_long; }},
          in.max_positions};
}

RopeResult make_llama3(const RopeInputs& in) {
  constexpr double kPi = 3.14159265358979323846;
  const double factor = in.parameters.number(kFactor);
  const double low = in.parameters.number(kLowFactor), high = in.parameters.number(kHighFactor);
  if (low == high) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"low_freq_factor\" and \"high_freq_factor\" are both {}",
                                               in.parameters.source(), low));
  }
  const auto length = static_cast<double>(in.original_max_positions);
  const at::Tensor frequencies = tensor::rotary_frequencies(in.width, in.theta);
  const at::Tensor wavelengths = frequencies.reciprocal() * (2 * kPi);
  const at::Tensor is_slow = wavelengths > length / low, is_fast = wavelengths < length / high;
  const at::Tensor scaled = at::where(is_slow, frequencies / factor, frequencies);
  const at::Tensor smooth = (wavelengths.reciprocal() * length - low) / (high - low);
  const at::Tensor between = (1 - smooth) * scaled / factor + smooth * scaled;
  return {{at::where(is_slow.logical_or(is_fast), scaled, between)}, in.max_positions};
}

struct RopeType {
  std::string_view name;
  RopeResult (*make)(const RopeInputs& in);
};

constexpr std::array kTypes{RopeType{"default", make_default},   RopeType{"linear", make_linear},
                            RopeType{"dynamic", make_dynamic},   RopeType{"yarn", make_yarn},
                            RopeType{"longrope", make_longrope}, RopeType{"llama3", make_llama3}};

// An object of config.json, and its place there for messages.
struct RopeObject {
  Json json;  // null if it is absent
  std::string place;
};

RopeObject member(const ModelConfig& config, const RopeObject& parent, std::string_view name) {
  const std::string place = parent.place.empty() ? std::string(name) : fmt::format("{}.{}", parent.place, name);
  const Json found = parent.json.is_object() ? parent.json.value(std::string(name), Json()) : Json();
  if (found.is_null() || found.is_object()) return {found, place};
  throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is not an object", config.source(), place),
              "such as {\"rope_type\": \"default\", \"rope_theta\": 10000.0}");
}

// The object that says how angles are scaled: as in transformers, rope_scaling if it is given, else rope_parameters.
RopeObject find_object(const ModelConfig& config, const RopeKeys& keys) {
  const RopeObject whole{config.json(), ""};
  RopeObject parameters = member(config, whole, "rope_parameters");
  if (!keys.layer_type.empty()) parameters = member(config, parameters, keys.layer_type);
  RopeObject older = member(config, whole, "rope_scaling");
  if (!keys.reads_older_scaling || !older.json.is_object() || older.json.empty()) return parameters;
  if (parameters.json.is_object()) {
    for (const auto& [name, value] : parameters.json.items()) {
      if (name == "rope_theta" && !older.json.contains(name)) older.json[name] = value;
    }
  }
  return older;
}

const RopeType& type_of(const ModelConfig& config, const RopeObject& object, const RopeKeys& keys) {
  if (!object.json.is_object()) return kTypes.front();
  for (const char* name : {"rope_type", "type"}) {  // the second is the older name
    const Json type = object.json.value(name, Json());
    if (type.is_null()) continue;
    if (keys.renames_to_longrope && (type == "su" || type == "yarn")) return find_row(kTypes, "rope_type", "longrope");
    const auto known = std::ranges::find_if(kTypes, [&](const RopeType& row) { return type == std::string(row.name); });
    if (known != kTypes.end()) return *known;
    std::vector<std::string_view> names;
    for (const RopeType& row : kTypes) names.push_back(row.name);
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: \"{}.{}\" is {}", config.source(), object.place, name,
                            type.dump(-1, ' ', false, Json::error_handler_t::replace)),
                fmt::format("hone computes the types {}", fmt::join(names, ", ")));
  }
  return kTypes.front();
}

// Returns a number of the object, or that of the older key beside it.
double number_in(const ModelConfig& config, const RopeObject& object, std::string_view name, const ConfigKey& older) {
  if (!object.json.is_object() || !object.json.contains(name)) return config.number(older);
  ConfigKey key = older;
  key.name = name;
  key.alias = "";
  return ModelConfig(object.json, fmt::format("{}: {}", config.source(), object.place)).number(key);
}

void check_width(const ModelConfig& config, int64_t head_width, int64_t turned) {
  if (head_width > tensor::max_head_width()) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: heads of width {}", config.source(), head_width),
                fmt::format("hone computes heads of up to {}", tensor::max_head_width()));
  }
  if (turned + turned % 2 <= head_width && turned > 0) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: heads of width {} have no pairs for rotary positions", config.source(), head_width));
}

}  // namespace

std::shared_ptr<const nn::RotaryPositions> rotary_positions(const ModelConfig& config, const RopeKeys& keys,
                                                            int64_t head_width, int64_t max_positions) {
  const RopeObject object = find_object(config, keys);
  const double part = number_in(config, object, "partial_rotary_factor", keys.older_partial);
  const auto turned = static_cast<int64_t>(static_cast<double>(head_width) * part);
  check_width(config, head_width, turned);
  const ModelConfig parameters(object.json.is_object() ? object.json : Json::object(),
                               fmt::format("{}: {}", config.source(), object.place));
  const auto beside = config.optional_integer(keys.older_original);
  const auto inside = parameters.optional_integer(kOriginalMax);
  const RopeInputs inputs{.parameters = parameters,
                          .width = turned,
                          .theta = number_in(config, object, "rope_theta", keys.older_theta),
                          .max_positions = max_positions,
                          .original_max_positions = beside ? *beside : inside.value_or(max_positions)};
  const RopeResult result = type_of(config, object, keys).make(inputs);
  return std::make_shared<const nn::RotaryPositions>(result.rule, result.max_positions);
}

BodyTraits with_positions(BodyTraits traits, LayerPositions positions) {
  int64_t longest = INT64_MAX, longest_cached = INT64_MAX;
  for (const auto& each : positions) {
    longest = std::min(longest, each->max_positions());
    longest_cached = std::min(longest_cached, each->max_cached_positions());
    traits.depends_on_batch |= each->depends_on_batch();
  }
  traits.max_length = longest;
  traits.max_cached_length = longest_cached;
  return traits;
}

}  // namespace hone::model
