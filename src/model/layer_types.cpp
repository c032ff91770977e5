#include "model/layer_types.h"

#include <string>

#include "base/error.h"

namespace hone::model {

std::vector<bool> sliding_layers(const ModelConfig& config, int64_t num_layers,
                                 const std::function<bool(int64_t)>& by_default) {
  std::vector<bool> slides;
  const auto types = config.json().find("layer_types");
  if (types == config.json().end() || types->is_null()) {
    for (int64_t i = 0; i < num_layers; ++i) slides.push_back(by_default(i));
    return slides;
  }
  if (!types->is_array() || static_cast<int64_t>(types->size()) != num_layers) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"layer_types\" is not a list of {} types, one for each layer",
                                               config.source(), num_layers));
  }
  for (const Json& type : *types) {
    const std::string name = type.is_string() ? type.get<std::string>() : "";
    if (name != kSlidingAttention && name != kFullAttention) {
      throw Error(ErrorKind::kInput, fmt::format("{}: \"layer_types\" has {}, not \"{}\" or \"{}\"", config.source(),
                                                 type.dump(-1, ' ', false, Json::error_handler_t::replace),
                                                 kSlidingAttention, kFullAttention));
    }
    slides.push_back(name == kSlidingAttention);
  }
  return slides;
}

}  // namespace hone::model
