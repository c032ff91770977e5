#include "model/sentence_config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/files.h"
#include "base/names.h"
#include "model/pooling.h"

namespace hone::model {

namespace fs = std::filesystem;

namespace {

constexpr const char* kModulesFile = "modules.json";
constexpr const char* kSentenceFile = "config_sentence_transformers.json";
constexpr std::string_view kPoolingType = "Pooling";
constexpr const char* kSentenceEmbedding = "sentence_embedding";
constexpr int64_t kMaxSentenceWidth = 1 << 20;
constexpr size_t kMaxModules = 64;

// The names that the config of the transformer had.
constexpr std::array kTransformerFiles = {"sentence_bert_config.json",       "sentence_roberta_config.json",
                                          "sentence_distilbert_config.json", "sentence_camembert_config.json",
                                          "sentence_albert_config.json",     "sentence_xlm-roberta_config.json",
                                          "sentence_xlnet_config.json"};

// A flag of the versions before 5, and the pooling. The rows of several poolings are joined in this order.
struct PoolingFlag {
  std::string_view name, pooling;
};
constexpr std::array kPoolingFlags = {PoolingFlag{"pooling_mode_cls_token", "cls"},
                                      PoolingFlag{"pooling_mode_max_tokens", "max"},
                                      PoolingFlag{"pooling_mode_mean_tokens", "mean"},
                                      PoolingFlag{"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"},
                                      PoolingFlag{"pooling_mode_weightedmean_tokens", "weightedmean"},
                                      PoolingFlag{"pooling_mode_lasttoken", "lasttoken"}};

Error wrong(const fs::path& file, std::string_view what) {
  return {ErrorKind::kInput, fmt::format("{}: {}", file.string(), what), "the file may be damaged"};
}

Error not_supported(const fs::path& file, std::string_view what) {
  return {ErrorKind::kUnsupported, fmt::format("{}: hone has no {}", file.string(), what),
          "hone reads models of Transformer, Pooling, Dense, LayerNorm and Normalize"};
}

// The object in a file; an empty one if it is absent.
Json object_in(const fs::path& file) {
  if (!fs::exists(file)) return Json::object();
  Json json = read_json(file);
  if (!json.is_object()) throw wrong(file, "this is no JSON object");
  return json;
}

std::string text_in(const Json& json, const char* key, const fs::path& file, const std::string& fallback = "") {
  if (!json.contains(key) || json[key].is_null()) return fallback;
  if (!json[key].is_string()) throw wrong(file, fmt::format("\"{}\" is no text", key));
  return json[key].get<std::string>();
}

bool flag_in(const Json& json, const char* key, const fs::path& file, bool fallback) {
  if (!json.contains(key) || json[key].is_null()) return fallback;
  if (!json[key].is_boolean()) throw wrong(file, fmt::format("\"{}\" is neither true nor false", key));
  return json[key].get<bool>();
}

std::optional<int64_t> count_in(const Json& json, const char* key, const fs::path& file) {
  if (!json.contains(key) || json[key].is_null()) return std::nullopt;
  const bool is_count =
      json[key].is_number_integer() && json[key].get<int64_t>() >= 1 && json[key].get<int64_t>() <= kMaxSentenceWidth;
  if (!is_count) throw wrong(file, fmt::format("\"{}\" is no number from 1 to {}", key, kMaxSentenceWidth));
  return json[key].get<int64_t>();
}

int64_t needed_count(const Json& json, const char* key, const fs::path& file) {
  const auto count = count_in(json, key, file);
  if (!count) throw wrong(file, fmt::format("\"{}\" is missing", key));
  return *count;
}

// Modules that read or write something else than the vector of a text are not those of a text embedding.
void check_place(const Json& json, const fs::path& file, std::string_view kind) {
  for (const char* key : {"module_input_name", "module_output_name"}) {
    const std::string name = text_in(json, key, file, kSentenceEmbedding);
    if (name != kSentenceEmbedding) throw not_supported(file, fmt::format("{} of \"{}\"", kind, name));
  }
}

void read_transformer(const fs::path& folder, SentenceConfig& config) {
  config.transformer = folder;
  for (const char* name : kTransformerFiles) {
    const fs::path file = folder / name;
    if (!fs::exists(file)) continue;
    const Json json = object_in(file);
    const std::string task = text_in(json, "transformer_task", file, "feature-extraction");
    if (task != "feature-extraction") throw not_supported(file, fmt::format("transformer_task \"{}\"", task));
    config.max_seq_length = count_in(json, "max_seq_length", file);
    config.lowercases = flag_in(json, "do_lower_case", file, false);
    return;
  }
}

std::vector<std::string> poolings_in(const Json& json, const fs::path& file) {
  std::vector<std::string> names;
  if (!json.contains("pooling_mode")) {
    for (const PoolingFlag& flag : kPoolingFlags) {
      if (flag_in(json, std::string(flag.name).c_str(), file, false)) names.emplace_back(flag.pooling);
    }
    if (names.empty()) names.emplace_back("mean");
    return names;
  }
  const Json& mode = json["pooling_mode"];
  if (mode.is_string()) return {mode.get<std::string>()};
  if (!mode.is_array() || mode.empty()) throw wrong(file, "\"pooling_mode\" is neither a name nor a list of names");
  for (const Json& name : mode) {
    if (!name.is_string()) throw wrong(file, "\"pooling_mode\" holds something else than names");
    names.push_back(name.get<std::string>());
  }
  return names;
}

void read_pooling(const fs::path& folder, SentenceConfig& config) {
  const fs::path file = folder / "config.json";
  const Json json = object_in(file);
  config.poolings = poolings_in(json, file);
  config.pools_prompt = flag_in(json, "include_prompt", file, true);
  if (config.poolings.size() > kPoolingFlags.size()) throw wrong(file, "\"pooling_mode\" names too many poolings");
  for (const std::string& name : config.poolings) {
    if (std::ranges::find(kPoolingFlags, name, &PoolingFlag::pooling) == kPoolingFlags.end()) {
      throw not_supported(file, fmt::format("pooling \"{}\"", name));
    }
  }
}

// "torch.nn.modules.activation.Tanh" -> "Tanh".
std::string_view last_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

SentenceModule read_dense(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  const Json json = object_in(file);
  check_place(json, file, "Dense");
  const std::string activation = text_in(json, "activation_function", file, "torch.nn.modules.activation.Tanh");
  if (!activation.starts_with("torch.nn.")) throw not_supported(file, fmt::format("activation \"{}\"", activation));
  return {.kind = SentenceModule::Kind::kDense,
          .folder = folder,
          .in_features = needed_count(json, "in_features", file),
          .out_features = needed_count(json, "out_features", file),
          .has_bias = flag_in(json, "bias", file, true),
          .has_residual = flag_in(json, "use_residual", file, false),
          .activation = std::string(last_name(activation))};
}

SentenceModule read_normalize(const fs::path& folder) {
  check_place(object_in(folder / "config.json"), folder / "config.json", "Normalize");
  return {};
}

SentenceModule read_layer_norm(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  const int64_t width = needed_count(object_in(file), "dimension", file);
  return {.kind = SentenceModule::Kind::kLayerNorm, .folder = folder, .in_features = width, .out_features = width};
}

struct ModuleReader {
  std::string_view name;
  SentenceModule::Kind kind;
  SentenceModule (*read)(const fs::path& folder);
};
constexpr std::array kModuleReaders = {ModuleReader{"Normalize", SentenceModule::Kind::kNormalize, read_normalize},
                                       ModuleReader{"Dense", SentenceModule::Kind::kDense, read_dense},
                                       ModuleReader{"LayerNorm", SentenceModule::Kind::kLayerNorm, read_layer_norm}};

struct ListedModule {
  std::string type;  // the class: "Pooling"
  fs::path folder;
};

std::vector<ListedModule> listed_modules(const fs::path& folder) {
  const fs::path file = folder / kModulesFile;
  const Json list = read_json(file);
  if (!list.is_array() || list.empty() || list.size() > kMaxModules) throw wrong(file, "this is no list of modules");
  std::vector<ListedModule> modules;
  for (const Json& item : list) {
    if (!item.is_object()) throw wrong(file, "a module is no JSON object");
    const std::string type = text_in(item, "type", file), path = text_in(item, "path", file);
    if (!type.starts_with("sentence_transformers.")) throw not_supported(file, fmt::format("module \"{}\"", type));
    modules.push_back({std::string(last_name(type)), path.empty() ? folder : contained_path(folder, path)});
  }
  return modules;
}

void read_modules(const fs::path& folder, SentenceConfig& config) {
  const fs::path file = folder / kModulesFile;
  const std::vector<ListedModule> modules = listed_modules(folder);
  if (modules[0].type != "Transformer") throw not_supported(file, fmt::format("first module \"{}\"", modules[0].type));
  read_transformer(modules[0].folder, config);
  if (modules.size() < 2 || modules[1].type != kPoolingType) {
    throw not_supported(file, fmt::format("module \"{}\" in the place of the pooling",
                                          modules.size() < 2 ? std::string() : modules[1].type));
  }
  read_pooling(modules[1].folder, config);
  for (size_t i = 2; i < modules.size(); ++i) {
    const auto reader = std::ranges::find(kModuleReaders, modules[i].type, &ModuleReader::name);
    if (reader == kModuleReaders.end()) throw not_supported(file, fmt::format("module \"{}\"", modules[i].type));
    config.modules.push_back(reader->read(modules[i].folder));
  }
}

void read_prompts(const Json& json, const fs::path& file, SentenceConfig& config) {
  if (json.contains("prompts") && !json["prompts"].is_null()) {
    if (!json["prompts"].is_object()) throw wrong(file, "\"prompts\" is no JSON object");
    for (const auto& [name, text] : json["prompts"].items()) {
      if (!text.is_string() && !text.is_null()) throw wrong(file, fmt::format("the prompt \"{}\" is no text", name));
      config.prompts.emplace_back(name, text.is_null() ? "" : text.get<std::string>());
    }
  }
  config.default_prompt = text_in(json, "default_prompt_name", file);
  if (!config.default_prompt.empty() &&
      std::ranges::none_of(config.prompts, [&](const auto& prompt) { return prompt.first == config.default_prompt; })) {
    throw wrong(file, fmt::format("default_prompt_name is \"{}\", and there is no such prompt", config.default_prompt));
  }
}

void read_settings(const fs::path& folder, SentenceConfig& config) {
  const fs::path file = folder / kSentenceFile;
  const Json json = object_in(file);
  const std::string type = text_in(json, "model_type", file, "SentenceTransformer");
  if (type != "SentenceTransformer") throw not_supported(file, fmt::format("model of the kind \"{}\"", type));
  read_prompts(json, file, config);
  config.similarity = text_in(json, "similarity_fn_name", file, "cosine");
  constexpr std::array kSimilarities = {"cosine", "dot", "euclidean", "manhattan"};
  if (std::ranges::find(kSimilarities, config.similarity) == kSimilarities.end()) {
    throw not_supported(file, fmt::format("similarity \"{}\"", config.similarity));
  }
  config.truncate_dim = count_in(json, "truncate_dim", file);
}

// The architectures of a plain folder decide its pooling, as in sentence-transformers.
bool is_causal_lm(const fs::path& folder) {
  const Json json = object_in(folder / "config.json");
  const auto names = json.find("architectures");
  return names != json.end() && names->is_array() && !names->empty() && names->front().is_string() &&
         names->front().get<std::string>().ends_with("ForCausalLM");
}

Json pooling_json(const SentenceConfig& config, int64_t width) {
  std::vector<std::string> in_order;
  for (const PoolingFlag& flag : kPoolingFlags) {
    if (std::ranges::find(config.poolings, flag.pooling) != config.poolings.end()) in_order.emplace_back(flag.pooling);
  }
  Json json = {{"word_embedding_dimension", width}};
  if (in_order == config.poolings) {
    for (const PoolingFlag& flag : kPoolingFlags) {
      json[std::string(flag.name)] = std::ranges::find(in_order, flag.pooling) != in_order.end();
    }
  } else {
    json["pooling_mode"] = config.poolings;  // the flags have an order of their own
  }
  json["include_prompt"] = config.pools_prompt;
  return json;
}

Json module_json(const SentenceModule& module) {
  if (module.kind == SentenceModule::Kind::kLayerNorm) return {{"dimension", module.in_features}};
  if (module.kind == SentenceModule::Kind::kNormalize) return Json::object();
  const bool is_identity = module.activation == "Identity";
  Json json = {{"in_features", module.in_features},
               {"out_features", module.out_features},
               {"bias", module.has_bias},
               {"activation_function",
                fmt::format("torch.nn.modules.{}.{}", is_identity ? "linear" : "activation", module.activation)}};
  if (module.has_residual) json["use_residual"] = true;
  return json;
}

std::string_view type_of(const SentenceModule& module) {
  return std::ranges::find(kModuleReaders, module.kind, &ModuleReader::kind)->name;
}

}  // namespace

SentenceConfig SentenceConfig::read(const fs::path& folder) {
  SentenceConfig config;
  config.is_declared = has_sentence_modules(folder);
  if (config.is_declared) {
    read_modules(folder, config);
  } else {
    config.transformer = folder;
    if (is_causal_lm(folder)) config.poolings = {"lasttoken"};
  }
  read_settings(folder, config);
  return config;
}

void SentenceConfig::save(const fs::path& folder, int64_t width) const {
  Json list = Json::array();
  const auto add = [&](std::string_view type, const std::string& path) {
    const auto index = list.size();
    list.push_back({{"idx", index},
                    {"name", std::to_string(index)},
                    {"path", path},
                    {"type", fmt::format("sentence_transformers.models.{}", type)}});
  };
  const auto write = [&](const std::string& path, const Json& json) {
    make_folders(folder / path);
    write_json(folder / path / "config.json", json);
  };
  add("Transformer", "");
  Json reading = {{"do_lower_case", lowercases}};
  if (max_seq_length) reading["max_seq_length"] = *max_seq_length;
  write_json(folder / kTransformerFiles.front(), reading);
  const std::string pooling = fmt::format("{}_{}", list.size(), kPoolingType);
  add(kPoolingType, pooling);
  write(pooling, pooling_json(*this, width));
  for (const SentenceModule& module : modules) {
    const std::string path = module_folder_name(module, list.size());
    add(type_of(module), path);
    write(path, module_json(module));
  }
  Json prompts_json = Json::object();
  for (const auto& [name, text] : prompts) prompts_json[name] = text;
  Json settings = {{"prompts", prompts_json},
                   {"default_prompt_name", default_prompt.empty() ? Json() : Json(default_prompt)},
                   {"similarity_fn_name", similarity}};
  if (truncate_dim) settings["truncate_dim"] = *truncate_dim;
  write_json(folder / kSentenceFile, settings);
  write_json(folder / kModulesFile, list);
}

const std::string& SentenceConfig::prompt(std::string_view name) const {
  std::vector<std::string> known;
  for (const auto& [own, text] : prompts) {
    if (own == name) return text;
    known.push_back(own);
  }
  if (!known.empty()) throw unknown_name(ErrorKind::kUsage, "prompt", name, known);
  throw Error(ErrorKind::kUsage, fmt::format("unknown prompt \"{}\": the model has none", name),
              "give the text of the prompt with --prompt");
}

bool SentenceConfig::normalizes() const {
  return !modules.empty() && modules.back().kind == SentenceModule::Kind::kNormalize && !truncate_dim;
}

std::string module_folder_name(const SentenceModule& module, size_t index) {
  return fmt::format("{}_{}", index, type_of(module));
}

bool is_sentence_file(std::string_view name) {
  if (name == kModulesFile || name == kSentenceFile) return true;
  if (std::ranges::find(kTransformerFiles, name) != kTransformerFiles.end()) return true;
  const size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  if (digits == 0 || !name.substr(digits).starts_with('_')) return false;
  const std::string_view type = name.substr(digits + 1);
  return type == kPoolingType || std::ranges::find(kModuleReaders, type, &ModuleReader::name) != kModuleReaders.end();
}

bool has_sentence_modules(const fs::path& folder) { return fs::exists(folder / kModulesFile); }

}  // namespace hone::model
