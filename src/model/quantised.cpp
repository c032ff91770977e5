#include "model/quantised.h"

#include <nlohmann/json.hpp>

namespace hone::model {

std::string quantisation_of(const Json& config) {
  const Json settings = config.is_object() ? config.value("quantization_config", Json()) : Json();
  if (!settings.is_object()) return "";
  const Json method = settings.value("quant_method", Json());
  return method.is_string() ? method.get<std::string>() : "an unnamed method";
}

void check_is_not_quantised(const Json& config, std::string_view source) {
  const std::string method = quantisation_of(config);
  if (method.empty()) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: the weights are quantised with {}", source, method),
              "take the model's folder with plain weights, or a GGUF file of it (hone import FILE.gguf)");
}

}  // namespace hone::model
