// The options that the user chose. A file may hold every option, as a saved configuration does, so a value from a file
// counts only if it is not the default; a flag always counts.
#pragma once

#include <string>
#include <vector>

#include "options/field_list.h"
#include "options/parse.h"

namespace hone::options {

struct GivenOption {
  std::string name;   // "learning_rate"
  std::string where;  // "--learning-rate" or "run.yaml:3: learning_rate"
};

// `list`: the parsed options; `defaults`: the same struct with its default values.
std::vector<GivenOption> given_options(const FieldList& list, const FieldList& defaults, const Provenance& provenance);

template <typename Options>
std::vector<GivenOption> given_options(const Parsed<Options>& parsed) {
  Options options = parsed.options, defaults;
  return given_options(fields_of(options), fields_of(defaults), parsed.provenance);
}

}  // namespace hone::options
