// A model's config.json. Keeps all keys in order for saving; gives typed access to the keys that a family knows.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hone::model {

enum class ConfigKind { kInteger, kNumber, kText, kFlag };

// One key that a family reads. `fallback` is the JSON text of the default, as in HF's configuration class; if it is
// empty, the key is required (sizes come from config.json, never from code).
struct ConfigKey {
  std::string_view name;
  ConfigKind kind;
  std::string_view fallback;
  double minimum = 0, maximum = 0;  // of a kInteger or kNumber
  std::string_view alias;           // HF's other name of the key, such as hidden_size for dim
  bool nullable = false;            // null is a valid value; implied if the fallback is null
};

// The keys of config.json that only hone reads.
inline constexpr std::string_view kClassWeightsKey = "class_weights", kThresholdsKey = "thresholds",
                                  kTargetRangesKey = "target_ranges", kTagSchemeKey = "tag_scheme",
                                  kOutputScaleKey = "output_scale";
inline constexpr std::string_view kOwnKeys[] = {kClassWeightsKey, kThresholdsKey, kTargetRangesKey, kTagSchemeKey,
                                                kOutputScaleKey};

// What outputs stand for: output * scale + shift, by label [K].
struct OutputScale {
  std::vector<double> scale, shift;

  OutputScale inverse() const;
  bool operator==(const OutputScale&) const = default;
};

class ModelConfig {
 public:
  ModelConfig() = default;
  // `source` names the text in errors. Throws kInput if it is not an object, or if id2label does not map ids to names.
  ModelConfig(Json json, std::string source);
  // Reads folder/config.json.
  static ModelConfig read(const std::filesystem::path& folder);

  // Throws kInput if model_type is missing.
  std::string model_type() const;

  // Return the values of known keys. Errors (kInput): a missing key without a fallback, a value of another type or out
  // of range.
  int64_t integer(const ConfigKey& key) const;
  double number(const ConfigKey& key) const;
  std::string text(const ConfigKey& key) const;
  bool flag(const ConfigKey& key) const;
  // Return nullopt if the value is null.
  std::optional<double> optional_number(const ConfigKey& key) const;
  std::optional<int64_t> optional_integer(const ConfigKey& key) const;

  // Sets a key from text ("0.1", "gelu"). Errors (kUsage): a key not in `known`, a value of another type or range.
  void override_value(std::span<const ConfigKey> known, std::string_view name, std::string_view value);
  // Throws kInput if a known key has a value of another type or range.
  void check(std::span<const ConfigKey> known) const;

  // Returns the names of the labels in the order of their ids, as transformers reads them. Ids without a name are
  // called "LABEL_0", ...; all are if num_labels differs from the number of names in id2label. Two names may be equal.
  const std::vector<std::string>& labels() const { return labels_; }
  int64_t num_labels() const { return static_cast<int64_t>(labels_.size()); }
  void set_labels(std::vector<std::string> labels);

  // Warnings about contradictory keys; each names the file.
  const std::vector<std::string>& notes() const { return notes_; }

  // Returns "single_label_classification", "multi_label_classification", "regression", or an empty text.
  std::string problem_type() const;
  void set_problem_type(std::string_view problem_type);  // empty: removes the key

  // The weights of the labels in the loss of the training, by id; empty if all are 1. Only hone reads this key; a value
  // of another form is another program's, and is ignored.
  std::vector<double> class_weights() const;
  void set_class_weights(const std::vector<double>& weights);
  // The thresholds of the labels' scores, by id; empty if they were not chosen. Only hone reads this key.
  std::vector<double> thresholds() const;
  void set_thresholds(const std::vector<double>& thresholds);
  // Set in the checkpoints of a training on standardized targets: load_model() folds it into the head. A value of
  // another form is another program's, and is ignored. Error (kInput): the lists have not a number for each label.
  std::optional<OutputScale> output_scale() const;
  void set_output_scale(const std::optional<OutputScale>& scale);
  // A key that only hone reads; null if it is absent.
  Json own(std::string_view key) const;
  void set_own(std::string_view key, Json value);  // null removes it
  // Removes kOwnKeys: a training that starts from this model decides them anew.
  void remove_own();

  const Json& json() const { return json_; }
  const std::string& source() const { return source_; }

 private:
  // A number for each label; empty if the value has another form or a number that does not fit.
  std::vector<double> numbers_of_labels(std::string_view key, bool (*fits)(double)) const;
  const Json* find(const ConfigKey& key) const;
  Json value(const ConfigKey& key) const;
  std::optional<int64_t> declared_num_labels() const;
  void read_labels();
  void take_labels(const std::map<int64_t, std::string>& names);

  Json json_ = Json::object();
  std::string source_;
  std::vector<std::string> labels_, notes_;
};

}  // namespace hone::model
