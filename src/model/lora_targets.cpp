#include "model/lora_targets.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/names.h"
#include "model/adapter_folder.h"
#include "model/families.h"
#include "model/lora.h"
#include "model/parameters.h"
#include "text/regex.h"

namespace hone::model {

namespace {

// Returns the modules that have parameters, with those that hold them.
std::set<std::string> module_names(const Model& model) {
  std::set<std::string> names;
  for (const NamedParameter& parameter : named_parameters(model)) {
    for (size_t end = parameter.name.find('.'); end != std::string::npos; end = parameter.name.find('.', end + 1)) {
      names.insert(parameter.name.substr(0, end));
    }
  }
  return names;
}

// Returns "attention.self.query" for "bert.encoder.layer.3.attention.self.query"; empty for a layer itself.
std::string name_in_layer(const std::string& name) {
  size_t begin = 0;
  for (size_t at = 0; at < name.size();) {
    const size_t end = std::min(name.find('.', at), name.size());
    const std::string_view part = std::string_view(name).substr(at, end - at);
    if (std::ranges::all_of(part, [](unsigned char c) { return std::isdigit(c) != 0; })) begin = end + 1;
    at = end + 1;
  }
  return begin < name.size() ? name.substr(begin) : "";
}

std::vector<std::string> distinct_names(const auto& names) {
  std::vector<std::string> distinct;
  for (const std::string& name : names) {
    std::string in_layer = name_in_layer(name);
    if (!in_layer.empty() && std::ranges::find(distinct, in_layer) == distinct.end()) distinct.push_back(in_layer);
  }
  return distinct;
}

bool is_regex_of_modules(std::string_view item) {
  return item.size() >= 2 && item.starts_with('/') && item.ends_with('/');
}

bool is_name_or_end(std::string_view name, std::string_view item) {
  return name == item ||
         (name.size() > item.size() && name.ends_with(item) && name[name.size() - item.size() - 1] == '.');
}

// The linears of one item of --lora-target-modules.
class Targets {
 public:
  Targets(const Model& model, const AdapterConfig& config, std::function<bool(const std::string&)> is_excluded)
      : model_(model), config_(config), is_excluded_(std::move(is_excluded)) {
    for (const auto& [name, linear] : named_linears(model)) linears_.push_back(name);
  }

  void add(const std::string& item) {
    const auto matches = matcher(item);
    bool is_found = false, is_wanted = false;
    for (const std::string& name : linears_) {
      if (!matches(name)) continue;
      is_found = true;
      if (config_.saves_whole(name) || is_excluded_(name)) {
        // PEFT leaves out what it saves whole only if the names are equal up to a point.
        is_peft_choice_ = is_peft_choice_ && peft_excludes(name);
        continue;
      }
      is_wanted = true;
      chosen_.insert(name);
    }
    if (!is_wanted) throw is_found ? excluded(item) : unmatched(item);
  }

  std::vector<std::string> chosen() const {
    std::vector<std::string> names;
    std::ranges::copy_if(linears_, std::back_inserter(names), [&](const auto& name) { return chosen_.contains(name); });
    return names;
  }

  // Returns whether PEFT finds the same linears by the items.
  bool is_peft_choice() const { return is_peft_choice_; }

 private:
  static std::function<bool(const std::string&)> matcher(const std::string& item) {
    if (item == kAllLinear) return [](const std::string&) { return true; };
    if (!is_regex_of_modules(item)) return [item](const std::string& name) { return is_name_or_end(name, item); };
    const std::string expression = item.substr(1, item.size() - 2);
    const auto regex = std::make_shared<const text::Regex>(fmt::format("^(?:{})$", expression),
                                                           fmt::format("lora_target_modules \"{}\"", item));
    return [regex](const std::string& name) { return regex->find(name, 0).has_value(); };
  }

  bool peft_excludes(const std::string& name) const {
    return std::ranges::any_of(config_.modules_to_save, [&](const std::string& ending) {
      for (size_t end = name.find('.');; end = name.find('.', end + 1)) {
        if (is_name_or_end(std::string_view(name).substr(0, end), ending)) return true;
        if (end == std::string::npos) return false;
      }
    });
  }

  Error excluded(const std::string& item) const {
    return {ErrorKind::kUsage,
            fmt::format("lora_target_modules: all linears that \"{}\" means are frozen or trained whole ({})", item,
                        fmt::join(config_.modules_to_save, ", ")),
            "name other linears, or change --freeze or --modules-to-save"};
  }

  Error unmatched(const std::string& item) const {
    const std::set<std::string> modules = module_names(model_);
    const bool is_other = std::ranges::any_of(modules, [&](const auto& name) { return is_name_or_end(name, item); });
    std::vector<std::string> known = distinct_names(linears_);
    const std::string list = fmt::format("the linears are {}", fmt::join(known, ", "));
    if (is_other) {
      return {ErrorKind::kUsage, fmt::format("lora_target_modules: \"{}\" names a module that is not a linear", item),
              fmt::format("--modules-to-save {} trains it whole; {}", item, list)};
    }
    const size_t num_known = known.size();
    for (size_t i = 0; i < num_known; ++i) known.push_back(known[i].substr(known[i].rfind('.') + 1));
    known.emplace_back(kAllLinear);
    const auto nearest = is_regex_of_modules(item) ? std::nullopt : nearest_name(item, known);
    return {ErrorKind::kUsage, fmt::format("lora_target_modules: \"{}\" names no linear of the model", item),
            fmt::format("{}{}, or {}", nearest ? fmt::format("did you mean {}? ", *nearest) : "", list, kAllLinear)};
  }

  const Model& model_;
  const AdapterConfig& config_;
  std::function<bool(const std::string&)> is_excluded_;
  std::vector<std::string> linears_;
  std::set<std::string> chosen_;
  bool is_peft_choice_ = true;
};

}  // namespace

std::vector<std::string> lora_targets(const Model& model, std::span<const std::string> wanted,
                                      const std::function<bool(const std::string&)>& is_excluded,
                                      AdapterConfig& config) {
  Targets targets(model, config, is_excluded);
  for (const std::string& item : wanted) targets.add(item);
  std::vector<std::string> chosen = targets.chosen();
  const bool are_names = std::ranges::none_of(
      wanted, [](const std::string& item) { return item == kAllLinear || is_regex_of_modules(item); });
  if (!targets.is_peft_choice() || (!are_names && (wanted.size() > 1 || wanted.front() == kAllLinear))) {
    config.target_modules = chosen;
  } else if (are_names) {
    config.target_modules = std::vector<std::string>(wanted.begin(), wanted.end());
  } else {
    config.target_modules = wanted.front().substr(1, wanted.front().size() - 2);
  }
  return chosen;
}

std::vector<std::string> default_lora_targets(const Model& model) {
  const auto& names = model.family().lora_targets;
  return {names.begin(), names.end()};
}

void check_modules_to_save(const Model& model, std::span<const std::string> endings) {
  const std::set<std::string> modules = module_names(model);
  for (const std::string& ending : endings) {
    const bool is_found = !ending.empty() &&
                          std::ranges::any_of(modules, [&](const std::string& name) { return name.ends_with(ending); });
    if (is_found) continue;
    std::vector<std::string> known = distinct_names(modules);
    const size_t num_known = known.size();
    for (size_t i = 0; i < num_known; ++i) known.push_back(known[i].substr(known[i].rfind('.') + 1));
    const auto nearest = nearest_name(ending, known);
    known.resize(num_known);
    throw Error(ErrorKind::kUsage, fmt::format("modules_to_save: \"{}\" names no module of the model", ending),
                fmt::format("{}the modules are {}", nearest ? fmt::format("did you mean {}? ", *nearest) : "",
                            fmt::join(known, ", ")));
  }
}

std::vector<std::string> modules_of_new(const Model& model, std::span<const std::string> parameters) {
  std::vector<std::string> modules;
  for (const std::string_view prefix : model.head_row().may_be_missing) {
    const bool is_new = std::ranges::any_of(parameters, [&](const auto& name) { return name.starts_with(prefix); });
    if (is_new) modules.emplace_back(prefix.substr(0, prefix.size() - 1));
  }
  return modules;
}

std::string task_type_of(const Model& model) { return std::string(task_type_of(model.head_row().kind)); }

}  // namespace hone::model
