#include "model/adapter_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "base/error.h"
#include "text/regex.h"

namespace hone::model {

namespace {

constexpr double kMaxRank = 1 << 20;
constexpr size_t kMaxPatterns = 10'000;

// What PEFT 0.21.2 writes if nothing is set.
constexpr std::string_view kDefaults = R"({
  "alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
  "base_model_name_or_path": null, "bias": "none", "corda_config": null, "ensure_weight_tying": false,
  "eva_config": null, "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
  "init_lora_weights": true, "kasa_config": null, "layer_replication": null, "layers_pattern": null,
  "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 8, "lora_bias": false, "lora_dropout": 0.0,
  "lora_ga_config": null, "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null,
  "monteclora_config": null, "peft_type": "LORA", "peft_version": "0.21.2", "qalora_group_size": 16, "r": 8,
  "rank_pattern": {}, "revision": null, "target_modules": null, "target_parameters": null, "task_type": null,
  "trainable_token_indices": null, "use_bdlora": null, "use_dora": false, "use_qalora": false, "use_rslora": false,
  "velora_config": null
})";

// Keys whose other values change what the adapter computes.
constexpr std::array<std::string_view, 14> kMustBeUnset = {"alora_invocation_tokens",
                                                           "arrow_config",
                                                           "ensure_weight_tying",
                                                           "kasa_config",
                                                           "layer_replication",
                                                           "lora_bias",
                                                           "megatron_config",
                                                           "monteclora_config",
                                                           "target_parameters",
                                                           "trainable_token_indices",
                                                           "use_bdlora",
                                                           "use_qalora",
                                                           "velora_config",
                                                           "use_pissa"};
// Ways to draw A and B that leave the base model as it is.
constexpr std::array<std::string_view, 3> kKnownDraws = {"gaussian", "eva", "orthogonal"};

bool is_unset(const Json& value) { return value.is_null() || value == false || value.empty(); }

// Reads the values of one file.
class Reader {
 public:
  Reader(const Json& json, std::string source) : json_(json), source_(std::move(source)) {
    if (!json.is_object()) throw Error(ErrorKind::kInput, fmt::format("{}: not a JSON object", source_));
  }

  const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  std::string text(const char* key) const {
    const Json* const value = find(key);
    if (value == nullptr) return "";
    if (!value->is_string()) throw wrong(key, *value, "a text");
    return value->get<std::string>();
  }

  bool flag(const char* key) const {
    const Json* const value = find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) throw wrong(key, *value, "true or false");
    return value->get<bool>();
  }

  double number(const char* key, double fallback, double least, double most) const {
    const Json* const value = find(key);
    return value == nullptr ? fallback : checked(key, *value, least, most);
  }

  std::vector<std::string> texts(const char* key) const {
    const Json* const value = find(key);
    std::vector<std::string> all;
    if (value == nullptr) return all;
    const bool fits =
        value->is_array() && std::ranges::all_of(*value, [](const Json& item) { return item.is_string(); });
    if (!fits) throw wrong(key, *value, "a list of names");
    for (const Json& item : *value) {
      if (std::ranges::find(all, item.get<std::string>()) == all.end()) all.push_back(item.get<std::string>());
    }
    return all;
  }

  Json pattern(const char* key, double least, double most) const {
    const Json* const value = find(key);
    if (value == nullptr) return Json::object();
    if (!value->is_object()) throw wrong(key, *value, "an object of names and numbers");
    for (const auto& [name, number] : value->items()) checked(fmt::format("{}.{}", key, name), number, least, most);
    return *value;
  }

  Error wrong(std::string_view key, const Json& value, std::string_view expected) const {
    return Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is {}, not {}", source_, key,
                                                value.dump(-1, ' ', false, Json::error_handler_t::replace), expected));
  }

 private:
  double checked(std::string_view key, const Json& value, double least, double most) const {
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() <= most)) {
      throw wrong(key, value, fmt::format("a number from {:.0f} to {:.0f}", least, most));
    }
    return value.get<double>();
  }

  const Json& json_;
  std::string source_;
};

void check_is_lora(const Reader& reader, const std::string& source) {
  const std::string type = reader.text("peft_type");
  if (type.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"peft_type\" is missing", source),
                "the file is not one of PEFT's adapter_config.json");
  }
  if (type != "LORA") {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"peft_type\" is \"{}\"", source, type),
                "hone reads adapters of the type \"LORA\"; merge others with PEFT's merge_and_unload()");
  }
}

void check_is_plain(const Reader& reader, const std::string& source) {
  const auto refuse = [&](std::string_view key, const Json& value) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("{}: \"{}\" is {}", source, key, value.dump(-1, ' ', false, Json::error_handler_t::replace)),
        "hone computes LoRA, rsLoRA and DoRA; merge this adapter with PEFT's merge_and_unload() and load the result");
  };
  for (const std::string_view key : kMustBeUnset) {
    const Json* const value = reader.find(std::string(key).c_str());
    if (value != nullptr && !is_unset(*value)) refuse(key, *value);
  }
  const Json* const bias = reader.find("bias");
  if (bias != nullptr && *bias != "none") refuse("bias", *bias);
  const Json* const draw = reader.find("init_lora_weights");
  if (draw == nullptr || draw->is_boolean()) return;
  const bool is_known =
      draw->is_string() && std::ranges::find(kKnownDraws, draw->get<std::string>()) != kKnownDraws.end();
  if (!is_known) refuse("init_lora_weights", *draw);
}

void check_rank(double rank, const char* key, const std::string& source) {
  if (rank == std::floor(rank)) return;
  throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is {}, not a whole number", source, key, rank));
}

std::vector<NamePattern> compiled(const Json& pattern, const char* key, const std::string& source) {
  if (pattern.size() > kMaxPatterns) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"{}\" has {} names, more than {}", source, key, pattern.size(), kMaxPatterns));
  }
  std::vector<NamePattern> patterns;
  for (const auto& item : pattern.items()) {
    patterns.push_back({std::make_shared<const text::Regex>(fmt::format("^(?:.*\\.)?(?:{})$", item.key()),
                                                            fmt::format("the pattern \"{}\"", item.key())),
                        item.value().get<double>()});
  }
  return patterns;
}

// As PEFT's get_pattern_key: the first expression that matches the name or its end.
std::optional<double> matching(const std::vector<NamePattern>& patterns, const std::string& linear) {
  for (const NamePattern& pattern : patterns) {
    if (pattern.regex->find(linear, 0)) return pattern.value;
  }
  return std::nullopt;
}

// A number as Python writes it: an integer where it is one.
Json plain_number(double value) { return value == std::floor(value) ? Json(static_cast<int64_t>(value)) : Json(value); }

}  // namespace

AdapterConfig AdapterConfig::read(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kAdapterConfigFile;
  const std::string source = path.string();
  const Json json = read_json(path);
  const Reader reader(json, source);
  check_is_lora(reader, source);
  check_is_plain(reader, source);
  AdapterConfig config;
  config.rank = static_cast<int64_t>(reader.number("r", 8, 1, kMaxRank));
  config.alpha = reader.number("lora_alpha", 8, -1e9, 1e9);
  config.dropout = reader.number("lora_dropout", 0, 0, 1);
  config.use_rslora = reader.flag("use_rslora");
  config.use_dora = reader.flag("use_dora");
  config.rank_pattern = reader.pattern("rank_pattern", 1, kMaxRank);
  config.alpha_pattern = reader.pattern("alpha_pattern", -1e9, 1e9);
  config.ranks = compiled(config.rank_pattern, "rank_pattern", source);
  config.alphas = compiled(config.alpha_pattern, "alpha_pattern", source);
  for (const NamePattern& own : config.ranks) check_rank(own.value, "rank_pattern", source);
  check_rank(reader.number("r", 8, 1, kMaxRank), "r", source);
  config.modules_to_save = reader.texts("modules_to_save");
  config.base_model = reader.text("base_model_name_or_path");
  config.task_type = reader.text("task_type");
  if (const Json* const targets = reader.find("target_modules")) {
    config.target_modules = targets->is_string() ? *targets : Json(reader.texts("target_modules"));
  }
  config.others = json;
  return config;
}

Json AdapterConfig::to_json() const {
  Json json = Json::parse(kDefaults);
  for (const auto& [key, value] : others.items()) {
    if (key != "peft_version") json[key] = value;
  }
  json["r"] = rank;
  json["lora_alpha"] = plain_number(alpha);
  json["lora_dropout"] = dropout;
  json["use_rslora"] = use_rslora;
  json["use_dora"] = use_dora;
  json["rank_pattern"] = rank_pattern;
  json["alpha_pattern"] = alpha_pattern;
  json["target_modules"] = target_modules;
  json["modules_to_save"] = modules_to_save.empty() ? Json() : Json(modules_to_save);
  json["base_model_name_or_path"] = base_model.empty() ? Json() : Json(base_model);
  json["task_type"] = task_type.empty() ? Json() : Json(task_type);
  std::vector<std::string> keys;
  for (const auto& item : json.items()) keys.push_back(item.key());
  std::ranges::sort(keys);
  Json sorted = Json::object();
  for (const std::string& key : keys) sorted[key] = json[key];
  return sorted;
}

int64_t AdapterConfig::rank_of(const std::string& linear) const {
  const auto own = matching(ranks, linear);
  return own ? static_cast<int64_t>(*own) : rank;
}

double AdapterConfig::scale_of(const std::string& linear) const {
  const auto of_rank = static_cast<double>(rank_of(linear));
  return matching(alphas, linear).value_or(alpha) / (use_rslora ? std::sqrt(of_rank) : of_rank);
}

bool AdapterConfig::saves_whole(std::string_view parameter_or_module) const {
  for (size_t end = parameter_or_module.find('.');; end = parameter_or_module.find('.', end + 1)) {
    const std::string_view module = parameter_or_module.substr(0, end);
    if (std::ranges::any_of(modules_to_save, [&](const std::string& ending) { return module.ends_with(ending); })) {
      return true;
    }
    if (end == std::string_view::npos) return false;
  }
}

}  // namespace hone::model
