#include "model/rope_config.h"

#include <string>

#include "base/error.h"
#include "tensor/attention.h"

namespace hone::model {

namespace {

constexpr const char* kDefaultType = "default";

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

// Throws kUnsupported if an object asks for scaled angles.
void check_type(const ModelConfig& config, const RopeObject& object) {
  if (!object.json.is_object()) return;
  for (const char* name : {"rope_type", "type"}) {  // the second is the older name
    const Json type = object.json.value(name, Json());
    if (type.is_null()) continue;
    if (type == kDefaultType) return;
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: \"{}.{}\" is {}", config.source(), object.place, name,
                            type.dump(-1, ' ', false, Json::error_handler_t::replace)),
                "hone computes rotary positions of the type \"default\"");
  }
}

double theta_of(const ModelConfig& config, const RopeKeys& keys) {
  const RopeObject whole{config.json(), ""};
  RopeObject parameters = member(config, whole, "rope_parameters");
  if (!keys.layer_type.empty()) parameters = member(config, parameters, keys.layer_type);
  check_type(config, parameters);
  check_type(config, member(config, whole, "rope_scaling"));
  if (!parameters.json.is_object() || !parameters.json.contains("rope_theta")) return config.number(keys.older_theta);
  ConfigKey key = keys.older_theta;
  key.name = "rope_theta";
  key.alias = "";
  return ModelConfig(parameters.json, fmt::format("{}: {}", config.source(), parameters.place)).number(key);
}

}  // namespace

std::shared_ptr<const nn::RotaryPositions> rotary_positions(const ModelConfig& config, const RopeKeys& keys,
                                                            int64_t head_width, int64_t max_positions) {
  if (head_width % 2 != 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: heads of width {} have no pairs for rotary positions", config.source(), head_width));
  }
  if (head_width > tensor::max_head_width()) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: heads of width {}", config.source(), head_width),
                fmt::format("hone computes heads of up to {}", tensor::max_head_width()));
  }
  return std::make_shared<const nn::RotaryPositions>(head_width, theta_of(config, keys), max_positions);
}

}  // namespace hone::model
