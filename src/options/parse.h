// Parses the command line and the config file into a struct of options: a config file overrides defaults, and flags
// override both. "--learning-rate" and "--learning_rate" are one flag. Its value follows "=" or is the next argument. A
// boolean is --x, --no-x or --x true. A list is a,b or a repeated flag; a comma inside an item is quoted ("a, b",c) or
// escaped (a\, b,c).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "options/field_list.h"
#include "options/provenance.h"

namespace hone::options {

struct ParseResult {
  Provenance provenance;
  std::vector<std::string> notes;  // one line each: old spellings, repeated flags
  bool wants_help = false;         // --help or -h was given; the options keep their defaults
  std::string help_topic;          // the word after --help: a group of options, "all", or empty
};

template <typename Options>
struct Parsed : ParseResult {
  Options options;
};

// `command` is what the user typed before the arguments, such as "hone train". Errors: kUsage with the flag or
// file:line, the value and what was expected.
ParseResult parse_into(const FieldList& list, std::string_view command, std::span<const std::string> arguments);

// Sets the fields that the config file names.
void apply_config(const FieldList& list, const std::filesystem::path& path, ParseResult& result);

// Sets a field to a list, a mapping or a scalar of a config file. `where` names the source of the value in errors
// (kUsage): "run.yaml:3: seed".
void assign_json(const Field& field, const Json& value, const std::string& where);

template <typename Options>
Parsed<Options> parse(std::string_view command, std::span<const std::string> arguments) {
  Parsed<Options> parsed;
  static_cast<ParseResult&>(parsed) = parse_into(fields_of(parsed.options), command, arguments);
  return parsed;
}

// Reads only a config file, such as a recipe or a saved configuration. Required options may be missing.
template <typename Options>
Parsed<Options> read_options(const std::filesystem::path& path) {
  Parsed<Options> parsed;
  apply_config(fields_of(parsed.options), path, parsed);
  return parsed;
}

}  // namespace hone::options
