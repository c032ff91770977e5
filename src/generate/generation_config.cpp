#include "generate/generation_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/error.h"
#include "options/field_list.h"
#include "options/parse.h"

namespace hone::generate {

namespace {

namespace fs = std::filesystem;

constexpr const char* kEos = "eos_token_id";

// Keys that would change the answer, and the values that do not.
struct Refused {
  const char* key;
  std::vector<Json> harmless;
};

const std::vector<Refused>& refused_keys() {
  static const std::vector<Refused> keys = {
      {"guidance_scale", {1, 1.0}},
      {"penalty_alpha", {0, 0.0}},
      {"dola_layers", {}},
      {"num_beam_groups", {1}},
      {"diversity_penalty", {0, 0.0}},
      {"constraints", {}},
      {"force_words_ids", {}},
      {"encoder_repetition_penalty", {1, 1.0}},
      {"encoder_no_repeat_ngram_size", {0}},
      {"exponential_decay_length_penalty", {}},
      {"begin_suppress_tokens", {Json::array()}},
      {"top_h", {}},
      {"watermarking_config", {}},
      {"renormalize_logits", {false}},
      {"token_healing", {false}},
      {"remove_invalid_values", {false}},
      {"max_time", {}},
  };
  return keys;
}

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json read_object(const fs::path& path) {
  if (!fs::exists(path)) return Json::object();
  Json json = read_json(path);
  if (!json.is_object()) throw Error(ErrorKind::kInput, fmt::format("{} is not a JSON object", path.string()));
  return json;
}

bool is_token_id(const Json& json) {
  return json.is_number_integer() && json.get<int64_t>() >= 0 && json.get<int64_t>() <= INT32_MAX;
}

// The settings of generation in the config.json of an older model with an encoder and a decoder.
Json settings_of_model(const Json& model) {
  constexpr std::array kKeys{"bad_words_ids",        "diversity_penalty", "early_stopping", "forced_bos_token_id",
                             "forced_eos_token_id",  "length_penalty",    "max_length",     "min_length",
                             "no_repeat_ngram_size", "num_beam_groups",   "num_beams",      "repetition_penalty"};
  Json settings = Json::object();
  if (model.value("is_encoder_decoder", Json(false)) != true) return settings;
  for (const char* key : kKeys) {
    if (const auto found = model.find(key); found != model.end()) settings[key] = *found;
  }
  return settings;
}

void add_stop_ids(const Json& json, const std::string& source, std::vector<StopId>& stop_ids) {
  const auto found = json.find(kEos);
  if (found == json.end() || found->is_null()) return;
  for (const Json& id : found->is_array() ? *found : Json::array({*found})) {
    if (!is_token_id(id)) {
      throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" has {}, which is no token id", source, kEos, dumped(id)));
    }
    stop_ids.push_back({id.get<int32_t>(), fmt::format("{}: {}", fs::path(source).filename().string(), kEos)});
  }
}

void check_refused(const GenerationConfig& config) {
  for (const auto& [key, harmless] : refused_keys()) {
    const auto found = config.json.find(key);
    if (found == config.json.end() || found->is_null() || std::ranges::find(harmless, *found) != harmless.end())
      continue;
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"{}\" is {}", config.source, key, dumped(*found)),
                "hone does not compute this; remove the key to generate without it");
  }
}

// HF writes true, false and "never".
Json as_option(const std::string& name, const Json& value) {
  return name == "early_stopping" && value.is_boolean() ? Json(value.get<bool>() ? "true" : "false") : value;
}

// Settings of the file that are no options, because they name tokens or because another option says the same.
class FileSettings {
 public:
  explicit FileSettings(const GenerationConfig& config) : config_(config) {}

  void read(SamplingSettings& sampling) const {
    if (const Json* value = find("min_length")) {
      if (!value->is_number_integer()) fail("min_length", *value, "an integer");
      sampling.min_length = value->get<int64_t>();
    }
    if (const Json* value = find("suppress_tokens")) {
      sampling.suppress_tokens = ids_of("suppress_tokens", *value, *value, "a list of token ids");
    }
    for (const Json& word : list("bad_words_ids", "a list of lists of token ids")) {
      sampling.bad_words_ids.push_back(ids_of("bad_words_ids", word, word, "a list of lists of token ids"));
    }
    if (const Json* value = find("forced_bos_token_id")) {
      if (!is_token_id(*value)) fail("forced_bos_token_id", *value, "a token id");
      sampling.forced_bos_token_id = value->get<int32_t>();
    }
    if (const Json* value = find("forced_eos_token_id")) {
      constexpr std::string_view kIds = "a token id or a list of token ids";
      sampling.forced_eos_token_ids =
          ids_of("forced_eos_token_id", value->is_array() ? *value : Json::array({*value}), *value, kIds);
    }
    constexpr std::string_view kBiases = "a list of pairs of a list of token ids and a number";
    for (const Json& pair : list("sequence_bias", kBiases)) {
      if (!pair.is_array() || pair.size() != 2 || !pair[1].is_number()) fail("sequence_bias", pair, kBiases);
      sampling.sequence_bias.emplace_back(ids_of("sequence_bias", pair[0], pair, kBiases), pair[1].get<double>());
    }
  }

 private:
  const Json* find(const char* key) const {
    const auto found = config_.json.find(key);
    return found == config_.json.end() || found->is_null() ? nullptr : &*found;
  }

  [[noreturn]] void fail(std::string_view key, const Json& value, std::string_view expected) const {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"{}\" has {}, and must be {}", config_.source, key, dumped(value), expected));
  }

  Json list(const char* key, std::string_view expected) const {
    const Json* value = find(key);
    if (value == nullptr) return Json::array();
    if (!value->is_array()) fail(key, *value, expected);
    return *value;
  }

  std::vector<int32_t> ids_of(std::string_view key, const Json& ids, const Json& shown,
                              std::string_view expected) const {
    if (!ids.is_array() || !std::ranges::all_of(ids, is_token_id)) fail(key, shown, expected);
    return ids.get<std::vector<int32_t>>();
  }

  const GenerationConfig& config_;
};

std::vector<std::vector<int32_t>> ids_of_words(const std::vector<std::string>& words,
                                               const text::Tokenizer& tokenizer) {
  std::vector<std::vector<int32_t>> all;
  for (const std::string& word : words) {
    for (const std::string& form : {word, " " + word}) {
      const std::vector<int32_t> ids = tokenizer.encode(form, {.add_special_tokens = false}).ids;
      if (!ids.empty() && std::ranges::find(all, ids) == all.end()) all.push_back(ids);
    }
  }
  return all;
}

constexpr std::array kEarlyStoppings{EarlyStopping::kHeuristic, EarlyStopping::kFull, EarlyStopping::kNever};
static_assert(kEarlyStoppings.size() == kEarlyStoppingNames.size());

// transformers' older setting counts the decoder's first token too. Other models keep hone's default.
void apply_max_length(const GenerationConfig& config, const options::Provenance& user, GenerationOptions& options) {
  const auto found = config.json.find("max_length");
  if (!config.decoder_start || found == config.json.end() || !found->is_number_integer()) return;
  if (user.is_set("max_new_tokens") || config.json.contains("max_new_tokens")) return;
  options.max_new_tokens = std::max<int64_t>(found->get<int64_t>() - 1, 1);
}

// The token with which the decoder beside an encoder begins, or nullopt if there is no such decoder.
std::optional<int32_t> decoder_start_of(const Json& settings, const Json& model, const std::string& source) {
  if (model.value("is_encoder_decoder", Json(false)) != true) return std::nullopt;
  constexpr const char* kStart = "decoder_start_token_id";
  for (const Json* json : {&settings, &model}) {
    const auto found = json->find(kStart);
    if (found == json->end() || found->is_null()) continue;
    if (is_token_id(*found)) return found->get<int32_t>();
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"{}\" is {}, which is no token id", source, kStart, dumped(*found)));
  }
  // As transformers does.
  if (const auto found = model.find("bos_token_id"); found != model.end() && is_token_id(*found)) {
    return found->get<int32_t>();
  }
  return std::nullopt;
}

}  // namespace

GenerationConfig read_generation_config(const fs::path& model_dir) {
  GenerationConfig config;
  const fs::path path = model_dir / "generation_config.json", model_path = model_dir / "config.json";
  config.json = read_object(path);
  config.source = path.string();
  if (!fs::exists(path)) {
    config.json = settings_of_model(read_object(model_path));
    config.source = model_path.string();
  }
  add_stop_ids(config.json, path.string(), config.stop_ids);
  const Json model = read_object(model_path);
  if (config.stop_ids.empty()) add_stop_ids(model, model_path.string(), config.stop_ids);
  config.decoder_start = decoder_start_of(config.json, model, model_path.string());
  return config;
}

int32_t first_decoder_token(const GenerationConfig& config, const std::string& source) {
  if (config.decoder_start) return *config.decoder_start;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: no \"decoder_start_token_id\" names the decoder's first token", source),
              "add it to config.json");
}

void apply_generation_config(const GenerationConfig& config, const options::Provenance& user,
                             GenerationOptions& options) {
  check_refused(config);
  apply_max_length(config, user, options);
  const options::FieldList list = options::fields_of(options);
  for (const options::Field& field : list.fields()) {
    const auto found = config.json.find(field.name);
    if (found == config.json.end() || found->is_null() || user.is_set(field.name)) continue;
    options::assign_json(field, as_option(field.name, *found), fmt::format("{}: {}", config.source, field.name));
  }
}

Request request_of(const GenerationOptions& options, const GenerationConfig& config, const text::Tokenizer& tokenizer,
                   std::vector<int32_t> prompt) {
  Request request;
  request.prompt = std::move(prompt);
  for (const StopId& stop : config.stop_ids) request.stop_ids.push_back(stop.id);
  request.max_new_tokens = options.max_new_tokens;
  SamplingSettings& sampling = request.sampling;
  sampling.do_sample = options.do_sample;
  sampling.temperature = options.temperature;
  sampling.top_k = options.top_k;
  sampling.top_p = options.top_p;
  sampling.min_p = options.min_p;
  sampling.typical_p = options.typical_p;
  sampling.epsilon_cutoff = options.epsilon_cutoff;
  sampling.eta_cutoff = options.eta_cutoff;
  sampling.repetition_penalty = options.repetition_penalty;
  sampling.presence_penalty = options.presence_penalty;
  sampling.frequency_penalty = options.frequency_penalty;
  sampling.no_repeat_ngram_size = options.no_repeat_ngram_size;
  sampling.min_new_tokens = options.min_new_tokens;
  FileSettings(config).read(sampling);
  std::ranges::copy(ids_of_words(options.bad_words, tokenizer), std::back_inserter(sampling.bad_words_ids));
  sampling.seed = options.seed;
  return request;
}

BeamSettings beams_of(const GenerationOptions& options) {
  BeamSettings beams;
  beams.num_beams = options.num_beams;
  beams.num_return_sequences = options.num_return_sequences;
  beams.length_penalty = options.length_penalty;
  const auto name = std::ranges::find(kEarlyStoppingNames, options.early_stopping);
  beams.early_stopping = kEarlyStoppings[static_cast<size_t>(name - kEarlyStoppingNames.begin())];
  return beams;
}

}  // namespace hone::generate
