#include "model/config.h"

#include <algorithm>
#include <charconv>

#include "base/counted.h"
#include "base/error.h"
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

// Returns what is wrong with `value`, or an empty text.
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

int64_t label_id_of(const std::string& key, const std::string& source) {
  int64_t id = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (error == std::errc() && end == key.data() + key.size()) return id;
  throw Error(ErrorKind::kInput, fmt::format("{}: \"id2label\" has the id \"{}\", not a whole number", source, key),
              "such as {\"0\": \"NEGATIVE\", \"1\": \"POSITIVE\"}");
}

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
                "a model folder contains config.json, the weights and the tokenizer's files");
  }
  return ModelConfig(read_json(path), path.string());
}

std::string ModelConfig::model_type() const {
  const auto found = json_.find("model_type");
  if (found != json_.end() && found->is_string()) return found->get<std::string>();
  throw Error(ErrorKind::kInput, fmt::format("{}: \"model_type\" is missing", source_),
              "add the family's name, such as \"model_type\": \"bert\"");
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

std::optional<int64_t> ModelConfig::declared_num_labels() const {
  return optional_integer({"num_labels", ConfigKind::kInteger, "null", 1, static_cast<double>(kMaxLabels)});
}

void ModelConfig::read_labels() {
  const auto found = json_.find("id2label");
  if (found == json_.end() || found->is_null()) {
    labels_ = default_labels(declared_num_labels().value_or(2));
    return;
  }
  if (!found->is_object() || found->empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"id2label\" is not an object of names", source_),
                "such as {\"0\": \"NEGATIVE\", \"1\": \"POSITIVE\"}");
  }
  if (found->size() > static_cast<size_t>(kMaxLabels)) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"id2label\" has {} names, more than {}", source_, found->size(), kMaxLabels));
  }
  std::map<int64_t, std::string> names;
  for (const auto& [id, name] : found->items()) names[label_id_of(id, source_)] = label_text(name);
  const auto count = static_cast<int64_t>(names.size());
  const std::optional<int64_t> declared = declared_num_labels();
  if (declared && *declared != count) {
    notes_.push_back(
        fmt::format("{}: \"num_labels\" is {}, but \"id2label\" has {}; the labels are LABEL_0 to LABEL_{}", source_,
                    *declared, counted(static_cast<uint64_t>(count), "name"), *declared - 1));
    labels_ = default_labels(*declared);
    return;
  }
  take_labels(names);
}

// As in transformers, num_labels is the number of names, whatever their ids are.
void ModelConfig::take_labels(const std::map<int64_t, std::string>& names) {
  labels_ = default_labels(static_cast<int64_t>(names.size()));
  std::map<std::string, int64_t> ids;
  std::vector<std::string> findings;
  for (const auto& [id, name] : names) {
    if (id < 0 || id >= num_labels()) {
      findings.push_back(fmt::format("names the id {}, but {} ids are 0 to {}; ids without a name are called LABEL_i",
                                     id, num_labels(), num_labels() - 1));
      continue;
    }
    labels_[static_cast<size_t>(id)] = name;
    const auto [earlier, is_new] = ids.emplace(name, id);
    if (!is_new) {
      findings.push_back(
          fmt::format("gives the ids {} and {} the same name \"{}\"; predictions do not distinguish them",
                      earlier->second, id, name));
    }
  }
  constexpr size_t kMaxFindings = 3;
  for (size_t i = 0; i < std::min(findings.size(), kMaxFindings); ++i) {
    notes_.push_back(fmt::format("{}: \"id2label\" {}", source_, findings[i]));
  }
  if (findings.size() > kMaxFindings) {
    notes_.push_back(fmt::format("{}: \"id2label\" has {} of this kind", source_,
                                 counted(findings.size() - kMaxFindings, "further fault")));
  }
}

void ModelConfig::set_labels(std::vector<std::string> labels) {
  check_internal(!labels.empty(), "a classifier has labels");
  labels_ = std::move(labels);
  std::map<std::string_view, size_t> last;  // for equal names label2id has the last id, as in transformers
  for (size_t id = 0; id < labels_.size(); ++id) last[labels_[id]] = id;
  Json id2label = Json::object(), label2id = Json::object();
  // Appended: operator[] would search linearly for each name.
  auto& names = id2label.get_ref<Json::object_t&>();
  auto& ids = label2id.get_ref<Json::object_t&>();
  for (size_t id = 0; id < labels_.size(); ++id) {
    names.emplace_back(std::to_string(id), labels_[id]);
    if (last[labels_[id]] == id) ids.emplace_back(labels_[id], id);
  }
  json_["id2label"] = std::move(id2label);
  json_["label2id"] = std::move(label2id);
  json_.erase("num_labels");
}

std::string ModelConfig::problem_type() const {
  const Json found = value({"problem_type", ConfigKind::kText, "null"});
  return found.is_null() ? "" : found.get<std::string>();
}

void ModelConfig::set_problem_type(std::string_view problem_type) {
  set_own("problem_type", problem_type.empty() ? Json() : Json(std::string(problem_type)));
}

std::vector<double> ModelConfig::numbers_of_labels(std::string_view key, bool (*fits)(double)) const {
  const Json list = own(key);
  const bool are_numbers =
      list.is_array() && list.size() == labels_.size() &&
      std::ranges::all_of(list, [&](const Json& item) { return item.is_number() && fits(item.get<double>()); });
  return are_numbers ? list.get<std::vector<double>>() : std::vector<double>();
}

std::vector<double> ModelConfig::class_weights() const {
  return numbers_of_labels(kClassWeightsKey, [](double weight) { return weight > 0; });
}

void ModelConfig::set_class_weights(const std::vector<double>& weights) {
  set_own(kClassWeightsKey, weights.empty() ? Json() : Json(weights));
}

std::vector<double> ModelConfig::thresholds() const {
  return numbers_of_labels(kThresholdsKey, [](double threshold) { return threshold >= 0 && threshold <= 1; });
}

void ModelConfig::set_thresholds(const std::vector<double>& thresholds) {
  set_own(kThresholdsKey, thresholds.empty() ? Json() : Json(thresholds));
}

OutputScale OutputScale::inverse() const {
  OutputScale result;
  for (size_t k = 0; k < scale.size(); ++k) {
    result.scale.push_back(1 / scale[k]);
    result.shift.push_back(-shift[k] / scale[k]);
  }
  return result;
}

std::optional<OutputScale> ModelConfig::output_scale() const {
  const Json value = own(kOutputScaleKey);
  if (!value.is_object() || (!value.contains("scale") && !value.contains("shift"))) return std::nullopt;
  const auto numbers = [&](const char* name) {
    const Json list = value.value(name, Json());
    const bool fits = list.is_array() && list.size() == labels_.size() &&
                      std::ranges::all_of(list, [](const Json& item) { return item.is_number(); });
    if (fits) return list.get<std::vector<double>>();
    throw Error(ErrorKind::kInput,
                fmt::format("{}: {}.{} is not a list of {} numbers", source_, kOutputScaleKey, name, labels_.size()),
                "use another checkpoint of the run");
  };
  return OutputScale{numbers("scale"), numbers("shift")};
}

void ModelConfig::set_output_scale(const std::optional<OutputScale>& scale) {
  set_own(kOutputScaleKey, scale ? Json({{"scale", scale->scale}, {"shift", scale->shift}}) : Json());
}

Json ModelConfig::own(std::string_view key) const { return json_.value(std::string(key), Json()); }

void ModelConfig::set_own(std::string_view key, Json value) {
  if (value.is_null()) {
    json_.erase(std::string(key));
  } else {
    json_[std::string(key)] = std::move(value);
  }
}

void ModelConfig::remove_own() {
  for (const std::string_view key : kOwnKeys) json_.erase(std::string(key));
}

}  // namespace hone::model
