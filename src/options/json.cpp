// Writes and compares saved configurations.
#include "options/json.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "options/value.h"

namespace hone::options {

Json to_json(const FieldList& list) {
  Json object = Json::object();
  for (const Field& field : list.fields()) object[field.name] = value_json(field);
  return object;
}

std::vector<std::string> differing(const FieldList& one, const FieldList& other) {
  check_internal(one.fields().size() == other.fields().size(), "the lists are of different options");
  std::vector<std::string> names;
  for (size_t i = 0; i < one.fields().size(); ++i) {
    if (value_json(one.fields()[i]) != value_json(other.fields()[i])) names.push_back(one.fields()[i].name);
  }
  return names;
}

}  // namespace hone::options
