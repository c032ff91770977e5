#include "train/unfreezing.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "model/parameters.h"
#include "model/stages.h"

namespace hone::train {

namespace {

constexpr std::string_view kGradual = "gradual", kLast = "last+", kAll = "all";
constexpr double kRounding = 1e-9;  // 0.7 epochs of 10 steps are 7 steps

Error schedule_error(const std::string& what, std::string hint) {
  return Error(ErrorKind::kUsage, "unfreeze_schedule: " + what, std::move(hint));
}

template <typename T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Returns N of "gradual+N", 1 of "gradual", or nullopt.
std::optional<int64_t> layers_an_epoch(std::string_view item) {
  if (item == kGradual) return 1;
  if (!item.starts_with(kGradual) || item.size() < kGradual.size() + 2 || item[kGradual.size()] != '+') {
    return std::nullopt;
  }
  const auto count = number_in<int64_t>(item.substr(kGradual.size() + 1));
  return count && *count > 0 ? count : std::nullopt;
}

struct Item {
  double epoch = 0;
  std::string part;
};

Item item_of(const std::string& text) {
  const size_t colon = text.find(':');
  const auto epoch =
      colon == std::string::npos ? std::nullopt : number_in<double>(std::string_view(text).substr(0, colon));
  if (!epoch || !(*epoch > 0) || !std::isfinite(*epoch) || colon + 1 == text.size()) {
    throw schedule_error(
        fmt::format("\"{}\" is not EPOCH:PART", text),
        "write it like --unfreeze-schedule 1:last+1,2:last+2,3:all: after one epoch the last layer; or "
        "gradual");
  }
  return {*epoch, text.substr(colon + 1)};
}

std::vector<Item> items_of(const std::vector<std::string>& schedule) {
  std::vector<Item> items;
  for (const std::string& text : schedule) {
    items.push_back(item_of(text));
    if (items.size() > 1 && items.back().epoch <= items[items.size() - 2].epoch) {
      throw schedule_error(fmt::format("\"{}\" does not come after \"{}\"", text, schedule[items.size() - 2]),
                           "give the epochs in ascending order; one item may have a pattern with wildcards");
    }
  }
  return items;
}

// Returns the items that "gradual" means for a model: one more group of layers after each epoch, then the embeddings.
std::vector<Item> gradual_items(int64_t layers, int64_t num_layers) {
  std::vector<Item> items;
  for (int64_t count = layers;; count += layers) {
    const auto epoch = static_cast<double>(items.size() + 1);
    items.push_back({epoch, count < num_layers ? fmt::format("{}{}", kLast, count) : std::string(kAll)});
    if (count >= num_layers) return items;
  }
}

// The names of the parameters that a part means.
std::set<std::string> names_of(const model::LoadedModel& loaded, const std::string& part) {
  const std::vector<model::NamedParameter> parameters = model::named_parameters(*loaded.model);
  std::set<std::string> names;
  if (part == kAll) {
    for (const model::NamedParameter& parameter : parameters) names.insert(parameter.name);
    return names;
  }
  if (!part.starts_with(kLast)) return frozen_names(loaded, {&part, 1});
  const auto count = number_in<int64_t>(std::string_view(part).substr(kLast.size()));
  const model::Stages& stages = loaded.model->stages();
  const auto num_layers = static_cast<int64_t>(stages.num_layers());
  if (!count || *count < 1 || *count > num_layers) {
    throw schedule_error(fmt::format("\"{}\" does not end in a number of layers from 1 to {}", part, num_layers),
                         "write it like last+1: the output and the last layer");
  }
  for (int64_t stage = num_layers + 1 - *count; stage <= num_layers + 1; ++stage) {
    for (const size_t i : stages.parameters[static_cast<size_t>(stage)]) names.insert(parameters[i].name);
  }
  return names;
}

}  // namespace

void check_unfreeze_schedule(const TrainOptions& options) {
  const std::vector<std::string>& schedule = options.unfreeze_schedule;
  if (schedule.empty()) return;
  if (options.freeze.empty()) {
    throw schedule_error("nothing is frozen at the beginning", "add --freeze all-but-head");
  }
  if (options.adapter.peft != kNoPeft) {
    throw schedule_error("the base model of adapters stays frozen",
                         "leave out --unfreeze-schedule, or train without --peft");
  }
  if (schedule.size() != 1 || !layers_an_epoch(schedule.front())) items_of(schedule);
}

Unfreezing::Unfreezing(model::LoadedModel& loaded, const TrainOptions& options, int64_t steps_per_epoch)
    : loaded_(loaded), evaluates_(options.frozen_mode == kFrozenEvaluates) {
  const std::vector<std::string>& schedule = options.unfreeze_schedule;
  if (schedule.empty()) return;
  std::set<std::string> frozen;
  for (const model::NamedParameter& parameter : model::named_parameters(*loaded.model)) {
    if (!parameter.tensor.requires_grad()) frozen.insert(parameter.name);
  }
  const auto layers = layers_an_epoch(schedule.front());
  const bool is_gradual = schedule.size() == 1 && layers;
  for (const Item& item : is_gradual ? gradual_items(*layers, loaded.model->num_layers()) : items_of(schedule)) {
    std::set<std::string> left;
    std::ranges::set_difference(frozen, names_of(loaded, item.part), std::inserter(left, left.end()));
    if (left.size() == frozen.size() && !is_gradual) {
      throw schedule_error(fmt::format("nothing of \"{}\" is frozen at epoch {}", item.part, item.epoch),
                           "name a part that --freeze freezes and no earlier item unfreezes");
    }
    const auto step = static_cast<int64_t>(std::ceil(item.epoch * static_cast<double>(steps_per_epoch) - kRounding));
    if (left.size() < frozen.size()) stages_.push_back({step, left});
    frozen = std::move(left);
  }
}

std::optional<Freezing> Unfreezing::advance(int64_t finished_steps) {
  const size_t before = next_;
  while (next_ < stages_.size() && stages_[next_].step <= finished_steps) ++next_;
  if (next_ == before) return std::nullopt;
  return freeze_names(loaded_, stages_[next_ - 1].frozen, evaluates_);
}

}  // namespace hone::train
