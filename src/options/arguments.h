// Matches the arguments of a command line to fields before it reads any value, so that a typo is reported before any
// file is opened.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options/field_list.h"

namespace hone::options {

// One flag or positional argument and the field it sets.
struct Assignment {
  const Field* field;
  std::string text;
  std::string where;  // the flag as typed, or the name of the positional field
  bool is_positional = false;
};

struct Arguments {
  std::vector<Assignment> assignments;  // in the order given
  std::vector<std::string> notes;       // on old spellings
  std::optional<std::string> config;    // the value of --config
};

// `command` is what the user typed before the arguments, such as "hone train". The assignments point into `list`.
// Errors (kUsage): an unknown flag (the hint names the nearest one), a flag without its value, an unexpected argument.
Arguments match_arguments(const FieldList& list, std::string_view command, std::span<const std::string> arguments);

}  // namespace hone::options
