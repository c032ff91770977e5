#include "train/freezing.h"

#include <ATen/core/Tensor.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <set>
#include <string_view>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/names.h"
#include "model/lora.h"
#include "model/parameters.h"
#include "model/stages.h"
#include "text/regex.h"
#include "train/adapting.h"

namespace hone::train {

namespace {

constexpr std::string_view kEmbeddings = "embeddings", kWithLayers = "embeddings+", kAllButHead = "all-but-head";
constexpr std::string_view kForms =
    "a pattern is embeddings, embeddings+N, all-but-head, a parameter's name or its beginning, with * and ?, or "
    "/REGEX/";

Error freeze_error(const std::string& what, std::string hint) {
  return Error(ErrorKind::kUsage, "freeze: " + what, std::move(hint));
}

// Returns the number of layers of "embeddings+4", 0 for "embeddings", or nullopt for another pattern.
std::optional<int64_t> layers_of_group(std::string_view pattern) {
  if (pattern == kEmbeddings) return 0;
  if (!pattern.starts_with(kWithLayers)) return std::nullopt;
  const std::string_view digits = pattern.substr(kWithLayers.size());
  int64_t count = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (status != std::errc() || end != digits.data() + digits.size() || count < 1) {
    throw freeze_error(fmt::format("\"{}\" does not end in a number of layers", pattern),
                       "write it like --freeze embeddings+4: the embeddings and the first four layers");
  }
  return count;
}

bool is_regex(std::string_view pattern) {
  return pattern.size() >= 2 && pattern.starts_with('/') && pattern.ends_with('/');
}

// Returns whether the pattern matches the name, or its first parts ("encoder.layer.0" for all of that layer).
bool glob_matches(const std::string& pattern, const std::string& name) {
  for (size_t end = name.find('.');; end = name.find('.', end + 1)) {
    if (fnmatch(pattern.c_str(), name.substr(0, end).c_str(), 0) == 0) return true;
    if (end == std::string::npos) return false;
  }
}

// The name without that of the body: "encoder.layer.0.output.dense.bias".
std::string without_body(const std::string& name) { return name.substr(name.find('.') + 1); }

bool name_matches(const model::Model& model, const FreezePattern& pattern, const std::string& name) {
  if (pattern.regex != nullptr) return pattern.regex->find(name, 0).has_value();
  return glob_matches(pattern.text, name) || (!model.is_head(name) && glob_matches(pattern.text, without_body(name)));
}

// Returns every name that a pattern may have without wildcards: those of groups, modules and parameters.
std::vector<std::string> known_names(const model::Model& model, const std::vector<model::NamedParameter>& parameters) {
  std::vector<std::string> names = {std::string(kEmbeddings), std::string(kAllButHead)};
  std::set<std::string> seen;
  for (const model::NamedParameter& parameter : parameters) {
    const std::string short_name = model.is_head(parameter.name) ? parameter.name : without_body(parameter.name);
    for (const std::string& name : {short_name, parameter.name}) {
      for (size_t end = name.find('.');; end = name.find('.', end + 1)) {
        if (seen.insert(name.substr(0, end)).second) names.push_back(name.substr(0, end));
        if (end == std::string::npos) break;
      }
    }
  }
  return names;
}

Error unmatched(const model::Model& model, const std::vector<model::NamedParameter>& parameters,
                const FreezePattern& pattern) {
  const std::vector<std::string> names = known_names(model, parameters);
  std::vector<std::string> parts;  // the first two parts of the body's names, the first one of the head's
  for (const model::NamedParameter& parameter : parameters) {
    const size_t first = parameter.name.find('.');
    const size_t end = model.is_head(parameter.name) ? first : parameter.name.find('.', first + 1);
    if (parts.empty() || parts.back() != parameter.name.substr(0, end)) parts.push_back(parameter.name.substr(0, end));
  }
  const std::optional<std::string> nearest =
      pattern.regex != nullptr ? std::nullopt : nearest_name(pattern.text, names);
  const std::string found = nearest ? fmt::format("did you mean {}? ", *nearest)
                                    : fmt::format("the names begin with {}; for example {}; ", fmt::join(parts, ", "),
                                                  parameters.back().name);
  return freeze_error(fmt::format("\"{}\" matches no parameter of the model", pattern.text),
                      found + std::string(kForms));
}

// The parameters of a model, some of which are to be frozen.
class Selection {
 public:
  explicit Selection(const model::LoadedModel& loaded)
      : model_(*loaded.model),
        parameters_(model::named_parameters(model_)),
        stages_(model_.stages()),
        new_names_(loaded.report.newly_initialized.begin(), loaded.report.newly_initialized.end()),
        is_frozen_(parameters_.size()),
        is_untrained_(parameters_.size()) {}

  void add(const FreezePattern& pattern) {
    if (pattern.num_layers) {
      add_layers(pattern.text, *pattern.num_layers);
    } else if (pattern.text == kAllButHead) {
      for (size_t i = 0; i < parameters_.size(); ++i) {
        if (!model_.is_head(parameters_[i].name)) add_of_group(i);
      }
    } else {
      add_by_name(pattern);
    }
  }

  // Freezes these names too.
  void add_names(const std::set<std::string>& names) {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (names.contains(parameters_[i].name)) is_frozen_[i] = true;
    }
  }

  // Trains only the adapters and what is saved whole with them. The rest is no frozen part: as in PEFT, it computes
  // with dropout.
  void train_only(const model::AdapterConfig& adapter) {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const std::string& name = parameters_[i].name;
      is_untrained_[i] = !model::is_lora_parameter(name) && !adapter.saves_whole(name);
    }
  }

  std::set<std::string> names() const {
    std::set<std::string> names;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (is_frozen_[i]) names.insert(parameters_[i].name);
    }
    return names;
  }

  Freezing apply(bool evaluates) {
    const auto is_trained = [&](size_t i) { return !is_frozen_[i] && !is_untrained_[i]; };
    const bool trains = std::ranges::any_of(
        stages_.parameters, [&](const std::vector<size_t>& stage) { return std::ranges::any_of(stage, is_trained); });
    if (!trains) {
      throw freeze_error("every parameter of the model is frozen, so there is nothing to train",
                         "leave a part of the model out, for example with --freeze all-but-head");
    }
    Freezing freezing{.evaluates = evaluates};
    for (size_t i = 0; i < parameters_.size(); ++i) {
      (is_trained(i) ? freezing.num_trained : freezing.num_frozen) += parameters_[i].tensor.numel();
      parameters_[i].tensor.requires_grad_(is_trained(i));
    }
    for (const std::vector<size_t>& stage : stages_.parameters) {
      const auto count = std::ranges::count_if(stage, [&](size_t i) { return is_frozen_[i]; });
      const bool is_whole = count == std::ssize(stage);
      freezing.stages.push_back(is_whole);
      freezing.num_partly_frozen += !is_whole && count > 0;
    }
    freezing.body_end = freezing.stages.back() ? "" : frozen_body_end();
    if (!freezing.body_end.empty()) --freezing.num_partly_frozen;
    return freezing;
  }

  void report_new() const {
    if (!frozen_new_.empty()) {
      log_warning("frozen weights that the model's files lack stay as they were drawn: {}",
                  fmt::join(frozen_new_, ", "));
    }
    std::vector<std::string> trained;
    std::ranges::set_difference(kept_new_, frozen_new_, std::back_inserter(trained));
    if (!trained.empty()) {
      log_info("trained, because the model's files lack these weights: {}", fmt::join(trained, ", "));
    }
  }

 private:
  void add_layers(const std::string& pattern, int64_t num_layers) {
    const auto most = static_cast<int64_t>(stages_.num_layers());
    if (num_layers > most) {
      throw freeze_error(
          fmt::format("\"{}\", but the model has {}", pattern, counted(static_cast<uint64_t>(most), "layer")),
          fmt::format("give at most {}{}", kWithLayers, most));
    }
    for (size_t stage = 0; stage <= static_cast<size_t>(num_layers); ++stage) {
      for (const size_t i : stages_.parameters[stage]) add_of_group(i);
    }
  }

  void add_of_group(size_t i) {
    if (new_names_.contains(parameters_[i].name)) {
      kept_new_.insert(parameters_[i].name);
    } else {
      is_frozen_[i] = true;
    }
  }

  void add_by_name(const FreezePattern& pattern) {
    bool is_found = false;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (!name_matches(model_, pattern, parameters_[i].name)) continue;
      is_found = is_frozen_[i] = true;
      if (new_names_.contains(parameters_[i].name)) frozen_new_.insert(parameters_[i].name);
    }
    if (!is_found) throw unmatched(model_, parameters_, pattern);
  }

  // Returns the module of the body behind its layers ("pooler") if it is frozen and the head is not.
  std::string frozen_body_end() const {
    std::string module;
    for (const size_t i : stages_.parameters.back()) {
      const std::string& name = parameters_[i].name;
      if (is_frozen_[i] == model_.is_head(name)) return "";
      if (is_frozen_[i]) module = without_body(name).substr(0, without_body(name).find('.'));
    }
    return module;
  }

  const model::Model& model_;
  std::vector<model::NamedParameter> parameters_;
  const model::Stages& stages_;
  std::set<std::string> new_names_, kept_new_, frozen_new_;
  std::vector<bool> is_frozen_, is_untrained_;
};

// "layer 3 of 6", "layers 1 to 4 and 6 of 6".
std::string described_layers(const std::vector<bool>& stages) {
  const size_t num_layers = stages.size() - 2;
  std::vector<std::string> ranges;
  size_t count = 0;
  for (size_t layer = 1; layer <= num_layers; ++layer) {
    if (!stages[layer]) continue;
    const size_t first = layer;
    while (layer < num_layers && stages[layer + 1]) ++layer;
    ranges.push_back(first == layer ? fmt::format("{}", layer) : fmt::format("{} to {}", first, layer));
    count += layer - first + 1;
  }
  if (count == 0) return "";
  return fmt::format("layer{} {} of {}", count > 1 ? "s" : "", fmt::join(ranges, ", "), num_layers);
}

}  // namespace

std::string Freezing::described() const {
  if (stages.empty()) return "";
  std::vector<std::string> parts;
  if (stages.front()) parts.emplace_back("embeddings");
  if (std::string layers = described_layers(stages); !layers.empty()) parts.push_back(std::move(layers));
  if (!body_end.empty()) parts.push_back(body_end);
  if (stages.back()) parts.emplace_back("head");
  if (num_partly_frozen > 0) {
    const auto count = static_cast<uint64_t>(num_partly_frozen);
    parts.push_back(parts.empty() ? fmt::format("some parameters of {}", counted(count, "part"))
                                  : fmt::format("and some parameters of {}", counted(count, "other part")));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<FreezePattern> read_freeze_patterns(std::span<const std::string> texts) {
  std::vector<FreezePattern> patterns;
  for (const std::string& text : texts) {
    FreezePattern& pattern = patterns.emplace_back(FreezePattern{text, layers_of_group(text), nullptr});
    if (pattern.num_layers || !is_regex(text)) continue;
    try {
      pattern.regex = std::make_shared<const hone::text::Regex>(std::string_view(text).substr(1, text.size() - 2),
                                                                fmt::format("\"{}\"", text));
    } catch (const Error& error) {
      throw freeze_error(error.what(), error.hint());
    }
  }
  return patterns;
}

std::set<std::string> frozen_names(const model::LoadedModel& loaded, std::span<const std::string> patterns) {
  Selection selection(loaded);
  for (const FreezePattern& pattern : read_freeze_patterns(patterns)) selection.add(pattern);
  return selection.names();
}

Freezing freeze_names(model::LoadedModel& loaded, const std::set<std::string>& names, bool evaluates) {
  Selection selection(loaded);
  selection.add_names(names);
  if (loaded.adapter) selection.train_only(*loaded.adapter);
  Freezing freezing = selection.apply(evaluates);
  loaded.model->set_frozen({freezing.stages, freezing.evaluates});
  return freezing;
}

Freezing freeze(model::LoadedModel& loaded, const TrainOptions& options) {
  std::set<std::string> frozen;
  if (!options.freeze.empty()) {
    Selection selection(loaded);
    for (const FreezePattern& pattern : read_freeze_patterns(options.freeze)) selection.add(pattern);
    selection.report_new();
    frozen = selection.names();
  }
  attach_adapters(loaded, options, frozen);
  if (frozen.empty() && !loaded.adapter) return {.num_trained = model::num_parameters(*loaded.model)};
  return freeze_names(loaded, frozen, options.frozen_mode == kFrozenEvaluates);
}

}  // namespace hone::train
