// config.json: typed access, overrides and labels.
#include "model/config.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/label_names.h"
#include "base/names.h"

namespace hone::model {

namespace {

constexpr int64_t kMaxLabels = 1 << 16;

std::string_view kind_name(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::kInteger:
      return "a whole number";
    case ConfigKind::kNumber:
      return "a number";
    case ConfigKind::kText:
      return "a text";
    case ConfigKind::kFlag:
      return "true or false";
  }
  return "";
}

bool nullable(const ConfigKey& key) { return key.nullable || key.fallback == "null"; }

bool has_kind(const Json& value, const ConfigKey& key) {
  if (value.is_null()) return nullable(key);
  switch (key.kind) {
    case ConfigKind::kInteger:
      return value.is_number_integer();
    case ConfigKind::kNumber:
      return value.is_number();
    case ConfigKind::kText:
      return value.is_string();
    case ConfigKind::kFlag:
      return value.is_boolean();
  }
  return false;
}

// A complaint about `value`, or an empty text.
std::string complaint(const Json& value, const ConfigKey& key) {
  if (!has_kind(value, key)) {
    return fmt::format("\"{}\" is {}, not {}", key.name, value.dump(-1, ' ', false, Json::error_handler_t::replace),
                       kind_name(key.kind));
  }
  if (!value.is_number()) return "";
  const double number = value.get<double>();
  if (number >= key.minimum && number <= key.maximum) return "";
  return fmt::format("\"{}\" is {}, outside {} to {}", key.name, value.dump(), key.minimum, key.maximum);
}

std::string label_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

ModelConfig::ModelConfig(Json json, std::string source) : json_(std::move(json)), source_(std::move(source)) {
  if (!json_.is_object()) throw Error(ErrorKind::kInput, fmt::format("{}: not a JSON object", source_));
  read_labels();
}

ModelConfig ModelConfig::read(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  if (!std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::kIo, fmt::format("model folder {} does not exist", folder.string()),
                "give the path of a folder with config.json and the weights");
  }
  if (!std::filesystem::exists(path)) {
    throw Error(ErrorKind::kIo, fmt::format("{} has no config.json", folder.string()),
                "a model folder holds config.json, the weights and the tokenizer's files");
  }
  return ModelConfig(read_json(path), path.string());
}

std::string ModelConfig::model_type() const {
  const auto found = json_.find("model_type");
  if (found != json_.end() && found->is_string()) return found->get<std::string>();
  throw Error(ErrorKind::kInput, fmt::format("{}: \"model_type\" is missing", source_),
              "add the family's name, as \"model_type\": \"bert\"");
}

const Json* ModelConfig::find(const ConfigKey& key) const {
  for (const std::string_view name : {key.name, key.alias}) {
    const auto found = name.empty() ? json_.end() : json_.find(std::string(name));
    if (found != json_.end()) return &*found;
  }
  return nullptr;
}

Json ModelConfig::value(const ConfigKey& key) const {
  const Json* given = find(key);
  if (given == nullptr && key.fallback.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" is missing", source_, key.name),
                "the sizes of a model come from its config.json");
  }
  Json result = given != nullptr ? *given : Json::parse(key.fallback);
  if (const std::string problem = complaint(result, key); !problem.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: {}", source_, problem));
  }
  return result;
}

int64_t ModelConfig::integer(const ConfigKey& key) const { return value(key).get<int64_t>(); }
double ModelConfig::number(const ConfigKey& key) const { return value(key).get<double>(); }
std::string ModelConfig::text(const ConfigKey& key) const { return value(key).get<std::string>(); }
bool ModelConfig::flag(const ConfigKey& key) const { return value(key).get<bool>(); }

std::optional<double> ModelConfig::optional_number(const ConfigKey& key) const {
  const Json found = value(key);
  return found.is_null() ? std::nullopt : std::optional(found.get<double>());
}

std::optional<int64_t> ModelConfig::optional_integer(const ConfigKey& key) const {
  const Json found = value(key);
  return found.is_null() ? std::nullopt : std::optional(found.get<int64_t>());
}

void ModelConfig::override_value(std::span<const ConfigKey> known, std::string_view name, std::string_view value) {
  std::vector<std::string> names;
  for (const ConfigKey& key : known) {
    names.emplace_back(key.name);
    if (key.name != name && (key.alias.empty() || key.alias != name)) continue;
    Json parsed = Json::parse(value, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_discarded()) parsed = std::string(value);
    if (const std::string problem = complaint(parsed, key); !problem.empty()) {
      throw Error(ErrorKind::kUsage, fmt::format("config_overrides: {}", problem));
    }
    if (!key.alias.empty()) json_.erase(std::string(key.alias));
    json_[std::string(key.name)] = std::move(parsed);
    return;
  }
  throw unknown_name(ErrorKind::kUsage, "key in config_overrides", name, names);
}

void ModelConfig::check(std::span<const ConfigKey> known) const {
  for (const ConfigKey& key : known) value(key);
}

void ModelConfig::read_labels() {
  const auto found = json_.find("id2label");
  if (found == json_.end() || found->is_null()) {
    const ConfigKey count{"num_labels", ConfigKind::kInteger, "2", 1, static_cast<double>(kMaxLabels)};
    labels_ = default_labels(integer(count));
    return;
  }
  if (!found->is_object() || found->empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"id2label\" is not an object of names", source_),
                "as {\"0\": \"NEGATIVE\", \"1\": \"POSITIVE\"}");
  }
  if (found->size() > static_cast<size_t>(kMaxLabels)) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"id2label\" has {} names, more than {}", source_, found->size(), kMaxLabels));
  }
  std::map<std::string, std::string> names;  // an ordered object would be searched linearly for each id
  for (const auto& [id, name] : found->items()) names.emplace(id, label_text(name));
  std::vector<std::string> labels;
  for (size_t id = 0; id < found->size(); ++id) {
    const auto name = names.find(std::to_string(id));
    if (name == names.end()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: \"id2label\" has {} names but no \"{}\"", source_, found->size(), id),
                  "the ids of labels run from 0 without gaps");
    }
    labels.push_back(name->second);
  }
  labels_ = std::move(labels);
}

void ModelConfig::set_labels(std::vector<std::string> labels) {
  const std::set<std::string> distinct(labels.begin(), labels.end());
  if (labels.empty() || distinct.size() != labels.size()) {
    throw Error(ErrorKind::kUsage, fmt::format("the labels [{}] are not distinct names", fmt::join(labels, ", ")),
                "give each class a name of its own");
  }
  labels_ = std::move(labels);
  Json id2label = Json::object(), label2id = Json::object();
  // Appended, not set by operator[]: that would search linearly for each name, and all are distinct.
  auto& names = id2label.get_ref<Json::object_t&>();
  auto& ids = label2id.get_ref<Json::object_t&>();
  for (size_t id = 0; id < labels_.size(); ++id) {
    names.emplace_back(std::to_string(id), labels_[id]);
    ids.emplace_back(labels_[id], id);
  }
  json_["id2label"] = std::move(id2label);
  json_["label2id"] = std::move(label2id);
  json_.erase("num_labels");
}

std::string ModelConfig::problem_type() const {
  const Json found = value({"problem_type", ConfigKind::kText, "null"});
  return found.is_null() ? "" : found.get<std::string>();
}

void ModelConfig::set_problem_type(std::string_view problem_type) { json_["problem_type"] = std::string(problem_type); }

}  // namespace hone::model
