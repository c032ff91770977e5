// Options as JSON: the saved configuration (training_args.json), which --config reads back.
#pragma once

#include "base/json.h"
#include "options/field_list.h"

namespace hone::options {

// Returns all options by name, in the order of their declaration. An optional without a value is null.
Json to_json(const FieldList& list);

// Callers include <nlohmann/json.hpp>.
template <typename Options>
auto to_json(Options options) {
  return to_json(fields_of(options));
}

// Returns the names of the options whose values differ. The two lists must be of the same struct.
std::vector<std::string> differing(const FieldList& one, const FieldList& other);

}  // namespace hone::options
