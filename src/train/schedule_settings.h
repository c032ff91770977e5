// The settings of a learning-rate schedule (--lr-scheduler-kwargs), by HF's and torch's names.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hone::train {

struct ScheduleSettings {
  std::map<std::string, double, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> words;

  std::optional<double> number(std::string_view key) const;
  double number(std::string_view key, double otherwise) const { return number(key).value_or(otherwise); }
  std::string_view word(std::string_view key, std::string_view otherwise) const;
};

// A setting that a schedule takes. `words`: the values of a setting that is not a number.
struct ScheduleKey {
  std::string_view name;
  double minimum = 0, maximum = 1e18;
  std::span<const std::string_view> words = {};
};

// Reads "key=value,key=value" or a JSON object. Errors (kUsage): a key that `keys` lacks, with the known ones; a value
// that the key does not take.
ScheduleSettings read_schedule_settings(std::string_view schedule, std::string_view text,
                                        std::span<const ScheduleKey> keys);

}  // namespace hone::train
