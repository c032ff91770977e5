#include "generate/generation_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

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
      {"forced_bos_token_id", {}},
      {"forced_eos_token_id", {}},
      {"exponential_decay_length_penalty", {}},
      {"begin_suppress_tokens", {Json::array()}},
      {"top_h", {}},
      {"watermarking_config", {}},
      {"renormalize_logits", {false}},
      {"token_healing", {false}},
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

void add_stop_ids(const Json& json, const std::string& source, std::vector<StopId>& stop_ids) {
  const auto found = json.find(kEos);
  if (found == json.end() || found->is_null()) return;
  for (const Json& id : found->is_array() ? *found : Json::array({*found})) {
    if (!id.is_number_integer() || id.get<int64_t>() < 0 || id.get<int64_t>() > INT32_MAX) {
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

std::optional<int64_t> integer_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? std::optional(found->get<int64_t>()) : std::nullopt;
}

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

}  // namespace

GenerationConfig read_generation_config(const fs::path& model_dir) {
  GenerationConfig config;
  const fs::path path = model_dir / "generation_config.json", model_path = model_dir / "config.json";
  config.json = read_object(path);
  config.source = path.string();
  add_stop_ids(config.json, path.string(), config.stop_ids);
  if (config.stop_ids.empty()) add_stop_ids(read_object(model_path), model_path.string(), config.stop_ids);
  return config;
}

void apply_generation_config(const GenerationConfig& config, const options::Provenance& user,
                             GenerationOptions& options) {
  check_refused(config);
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
  sampling.min_length = integer_in(config.json, "min_length").value_or(0);
  sampling.bad_words_ids = ids_of_words(options.bad_words, tokenizer);
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
