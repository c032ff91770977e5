#include "train/adapting.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "model/lora.h"
#include "model/lora_targets.h"
#include "options/field.h"
#include "options/field_list.h"
#include "options/json.h"
#include "options/value.h"

namespace hone::train {

namespace {

// What PeftModelForSequenceClassification and PeftModelForTokenClassification add.
constexpr const char* kHeadNames[] = {"classifier", "score"};

// Returns the options of adapters that are not their defaults, as text by name.
std::vector<std::pair<std::string, std::string>> given_options_of(const AdapterOptions& options) {
  AdapterOptions given = options, defaults;
  const options::FieldList fields = options::fields_of(given);
  std::vector<std::pair<std::string, std::string>> changed;
  for (const std::string& name : options::differing(options::fields_of(defaults), fields)) {
    changed.emplace_back(name, options::value_text(*fields.find(name)).value_or(""));
  }
  return changed;
}

bool adapts(const TrainOptions& options) { return options.adapter.peft != kNoPeft; }

model::AdapterConfig config_of(const AdapterOptions& options) {
  model::AdapterConfig config;
  config.rank = options.lora_r.value_or(config.rank);
  config.alpha = options.lora_alpha.value_or(config.alpha);
  config.dropout = options.lora_dropout.value_or(config.dropout);
  config.use_rslora = options.use_rslora.value_or(false);
  config.use_dora = options.use_dora.value_or(false);
  config.modules_to_save = options.modules_to_save;
  for (const char* name : kHeadNames) {
    if (std::ranges::find(config.modules_to_save, name) == config.modules_to_save.end()) {
      config.modules_to_save.emplace_back(name);
    }
  }
  return config;
}

// New weights must be trained, and another program must find them in the adapter's file.
void save_new_modules(const model::LoadedModel& loaded, model::AdapterConfig& config) {
  std::vector<std::string> new_parameters = loaded.report.newly_initialized;
  std::erase_if(new_parameters, [&](const std::string& name) { return config.saves_whole(name); });
  const std::vector<std::string> added = model::modules_of_new(*loaded.model, new_parameters);
  if (added.empty()) return;
  config.modules_to_save.insert(config.modules_to_save.end(), added.begin(), added.end());
  log_info("trained whole, because the model's files lack it: {}", fmt::join(added, ", "));
}

void check_continued(const model::AdapterConfig& adapter, const TrainOptions& options) {
  const AdapterOptions& given = options.adapter;
  const auto refuse = [&](const std::string& name, const std::string& value, const std::string& own) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} is {}, but {} is an adapter with {}", name, value, options.model_name_or_path.string(), own),
        fmt::format("leave it out to train this adapter further; or give its base model as --model ({})",
                    adapter.base_model));
  };
  const auto check = [&](const char* name, const auto& value, const auto& own) {
    if (value && static_cast<double>(*value) != static_cast<double>(own)) {
      refuse(name, fmt::format("{}", *value), fmt::format("{}", own));
    }
  };
  check("lora_r", given.lora_r, adapter.rank);
  check("lora_alpha", given.lora_alpha, adapter.alpha);
  check("lora_dropout", given.lora_dropout, adapter.dropout);
  check("use_rslora", given.use_rslora, adapter.use_rslora);
  check("use_dora", given.use_dora, adapter.use_dora);
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"lora_target_modules", &given.lora_target_modules}, {"modules_to_save", &given.modules_to_save}};
  for (const auto& [name, list] : lists) {
    if (!list->empty()) refuse(name, fmt::format("{}", fmt::join(*list, ",")), "its own modules");
  }
}

void check_has_weights(const model::LoadedModel& loaded, std::string_view what) {
  if (!loaded.report.from_config_only) return;
  throw Error(ErrorKind::kUsage, fmt::format("{} {} has no weights", what, loaded.report.model_dir),
              "adapters change a trained model: give one, or leave --peft out");
}

void attach_new(model::LoadedModel& loaded, const TrainOptions& options, const std::set<std::string>& frozen) {
  model::Model& model = *loaded.model;
  model::check_modules_to_save(model, options.adapter.modules_to_save);
  model::AdapterConfig config = config_of(options.adapter);
  save_new_modules(loaded, config);
  const std::vector<std::string>& given = options.adapter.lora_target_modules;
  const auto is_frozen = [&](const std::string& linear) { return frozen.contains(linear + ".weight"); };
  const std::vector<std::string> linears =
      model::lora_targets(model, given.empty() ? model::default_lora_targets(model) : given, is_frozen, config);
  std::error_code ignored;
  const std::filesystem::path base = std::filesystem::weakly_canonical(options.model_name_or_path, ignored);
  config.base_model = (base.empty() ? options.model_name_or_path : base).string();
  config.task_type = model::task_type_of(model);
  model::attach_lora(model, linears, config);
  model::draw_lora(model, loaded.generator);
  loaded.adapter = std::move(config);
}

}  // namespace

void check_adapter_options(const TrainOptions& options) {
  const bool is_adapter = model::ModelFolder(options.model_name_or_path).is_adapter();
  const auto given = given_options_of(options.adapter);
  if (!given.empty() && !adapts(options) && !is_adapter) {
    throw Error(ErrorKind::kUsage, fmt::format("{} is given, but peft is \"none\"", given.front().first),
                "add --peft lora, or leave it out");
  }
  if (options.resize_embeddings && (adapts(options) || is_adapter)) {
    throw Error(ErrorKind::kUsage, "resize_embeddings adds rows to a table that an adapter does not hold",
                "leave out --resize-embeddings; or train without --peft");
  }
}

void attach_adapters(model::LoadedModel& loaded, const TrainOptions& options, const std::set<std::string>& frozen) {
  if (loaded.adapter) {
    check_has_weights(loaded, "the adapter's base model");
    check_continued(*loaded.adapter, options);
    save_new_modules(loaded, *loaded.adapter);
    if (!options.base_model.empty()) loaded.adapter->base_model = options.base_model.string();
    return;
  }
  if (!adapts(options)) return;
  check_has_weights(loaded, "the model");
  attach_new(loaded, options, frozen);
}

std::string described_adapters(const model::LoadedModel& loaded) {
  if (!loaded.adapter) return "";
  const model::AdapterConfig& config = *loaded.adapter;
  const Json& targets = config.target_modules;
  const size_t num_linears = model::adapted_linears(*loaded.model).size();
  const std::string names = targets.is_string() ? targets.get<std::string>()
                            : targets.is_array() && targets.size() <= 8
                                ? fmt::format("{}", fmt::join(targets.get<std::vector<std::string>>(), ", "))
                                : "";
  std::string text = fmt::format("{} of rank {}, alpha {}",
                                 config.use_dora     ? "DoRA"
                                 : config.use_rslora ? "rsLoRA"
                                                     : "LoRA",
                                 config.rank, config.alpha);
  if (config.dropout > 0) text += fmt::format(", dropout {}", config.dropout);
  text += fmt::format(" on {}{}", counted(num_linears, "linear"), names.empty() ? "" : fmt::format(" ({})", names));
  std::vector<std::string> whole;
  for (const std::string& ending : config.modules_to_save) {
    if (ending != kHeadNames[1]) whole.push_back(ending);
  }
  return whole.empty() ? text : text + fmt::format("; trained whole: {}", fmt::join(whole, ", "));
}

std::string adapter_flags(const TrainOptions& options) {
  std::string text;
  for (const auto& [name, value] : given_options_of(options.adapter)) {
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", options::flag_of(name), value);
  }
  return text.empty() ? "no --peft" : text;
}

}  // namespace hone::train
