// The JSON is {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}, with or without
// "info". A column of lists has the names of its items.
#include "table/class_names.h"

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace hone::table {

namespace {

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// Returns the feature of a list's items: {"feature": {...}, "_type": "List"}, in older files "Sequence" or [{...}].
const Json& item_of(const Json& feature) {
  if (feature.is_array() && feature.size() == 1) return feature.front();
  const Json* item = member(feature, "feature");
  return item != nullptr ? *item : feature;
}

std::vector<std::string> names_of(const Json& column) {
  const Json& feature = item_of(column);
  const Json* type = member(feature, "_type");
  const Json* names = member(feature, "names");
  std::vector<std::string> result;
  if (type == nullptr || *type != "ClassLabel" || names == nullptr || !names->is_array()) return result;
  for (const Json& name : *names) {
    if (!name.is_string()) return {};
    result.push_back(name.get<std::string>());
  }
  return result;
}

}  // namespace

ClassNames class_names_of(std::string_view json) {
  ClassNames result;
  Json document;
  try {
    document = parse_json(json, "features");
  } catch (const Error&) {
    return result;
  }
  const Json* info = member(document, "info");
  const Json* features = member(info != nullptr ? *info : document, "features");
  if (features == nullptr || !features->is_object()) return result;
  for (const auto& [column, feature] : features->items()) {
    if (auto names = names_of(feature); !names.empty()) result[column] = std::move(names);
  }
  return result;
}

}  // namespace hone::table
