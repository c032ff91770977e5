#include "train/schedule_settings.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/names.h"

namespace hone::train {

namespace {

Error settings_error(const std::string& what, std::string hint) {
  return Error(ErrorKind::kUsage, "lr_scheduler_kwargs: " + what, std::move(hint));
}

// The settings as texts; those of a JSON object as its numbers and strings are written.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (text.starts_with('{')) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object())
      throw settings_error(fmt::format("\"{}\" is not a JSON object", text), "write KEY=VALUE,...");
    for (const auto& [key, value] : json.items()) {
      pairs.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return pairs;
  }
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view item = text.substr(begin, end - begin);
    const size_t equals = item.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw settings_error(fmt::format("\"{}\" is not KEY=VALUE", item),
                           "write it like --lr-scheduler-kwargs num_cycles=2");
    }
    pairs.emplace_back(item.substr(0, equals), item.substr(equals + 1));
    begin = end + 1;
  }
  return pairs;
}

double number_of(const ScheduleKey& key, const std::string& text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || !(value >= key.minimum && value <= key.maximum)) {
    throw settings_error(fmt::format("{} is \"{}\"", key.name, text),
                         key.maximum < 1e18 ? fmt::format("give a number from {} to {}", key.minimum, key.maximum)
                                            : fmt::format("give a number of at least {}", key.minimum));
  }
  return value;
}

}  // namespace

std::optional<double> ScheduleSettings::number(std::string_view key) const {
  const auto found = numbers.find(key);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

std::string_view ScheduleSettings::word(std::string_view key, std::string_view otherwise) const {
  const auto found = words.find(key);
  return found == words.end() ? otherwise : std::string_view(found->second);
}

ScheduleSettings read_schedule_settings(std::string_view schedule, std::string_view text,
                                        std::span<const ScheduleKey> keys) {
  ScheduleSettings settings;
  for (const auto& [name, value] : pairs_of(text)) {
    const auto key = std::ranges::find(keys, std::string_view(name), &ScheduleKey::name);
    if (key == keys.end()) {
      std::vector<std::string> known;
      for (const ScheduleKey& row : keys) known.emplace_back(row.name);
      if (known.empty()) {
        throw settings_error(fmt::format("the schedule {} has no settings, but {} is given", schedule, name),
                             "leave --lr-scheduler-kwargs out, or choose another --lr-scheduler-type");
      }
      throw unknown_name(ErrorKind::kUsage, fmt::format("setting of the schedule {}", schedule), name, known);
    }
    if (key->words.empty()) {
      settings.numbers[name] = number_of(*key, value);
    } else if (std::ranges::find(key->words, value) != key->words.end()) {
      settings.words[name] = value;
    } else {
      throw settings_error(fmt::format("{} is \"{}\"", name, value),
                           fmt::format("give one of {}", fmt::join(key->words, ", ")));
    }
  }
  return settings;
}

}  // namespace hone::train
