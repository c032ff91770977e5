// A model's config.json: kept whole and in order for saving, with typed access by the family's table of known keys.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hone::model {

enum class ConfigKind { kInteger, kNumber, kText, kFlag };

// One key that a family reads. `fallback` is the JSON text that stands for an absent key, as in HF's configuration
// class; empty: the key must be there (sizes come from config.json, never from code).
struct ConfigKey {
  std::string_view name;
  ConfigKind kind;
  std::string_view fallback;
  double minimum = 0, maximum = 0;  // of a number
  std::string_view alias;           // HF's other spelling, as hidden_size for dim
  bool nullable = false;            // null is a value too; also where the fallback is null
};

class ModelConfig {
 public:
  ModelConfig() = default;
  // `source` names the text in errors. Throws kInput if it is not an object, or its labels are not a list of names.
  ModelConfig(Json json, std::string source);
  // Reads folder/config.json.
  static ModelConfig read(const std::filesystem::path& folder);

  // Throws kInput where config.json names none.
  std::string model_type() const;

  // Values of known keys. Errors (kInput): absent without fallback, of another type, out of range.
  int64_t integer(const ConfigKey& key) const;
  double number(const ConfigKey& key) const;
  std::string text(const ConfigKey& key) const;
  bool flag(const ConfigKey& key) const;
  // Absent where the value is null.
  std::optional<double> optional_number(const ConfigKey& key) const;
  std::optional<int64_t> optional_integer(const ConfigKey& key) const;

  // Sets a key from text ("0.1", "gelu"). Errors (kUsage): a key not in `known`, a value of another type or range.
  void override_value(std::span<const ConfigKey> known, std::string_view name, std::string_view value);
  // Throws kInput if a value of a known key is not what the key holds.
  void check(std::span<const ConfigKey> known) const;

  // The names of the labels in the order of their ids: "LABEL_0", ... where config.json has none.
  const std::vector<std::string>& labels() const { return labels_; }
  int64_t num_labels() const { return static_cast<int64_t>(labels_.size()); }
  void set_labels(std::vector<std::string> labels);

  // "single_label_classification", "multi_label_classification", "regression", or empty.
  std::string problem_type() const;
  void set_problem_type(std::string_view problem_type);

  const Json& json() const { return json_; }
  const std::string& source() const { return source_; }

 private:
  const Json* find(const ConfigKey& key) const;
  Json value(const ConfigKey& key) const;
  void read_labels();

  Json json_ = Json::object();
  std::string source_;
  std::vector<std::string> labels_;
};

}  // namespace hone::model
