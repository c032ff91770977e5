// The command line and the config file into a struct of options: default < config file < flag. "--learning-rate" and
// "--learning_rate" are one flag; its value follows after "=" or as the next argument; a boolean is --x, --no-x or
// --x true. A list may be given as a,b or by repeating its flag; a comma inside an item is quoted ("a, b",c) or escaped
// (a\, b,c).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options/field_list.h"
#include "options/provenance.h"

namespace hone::options {

struct ParseResult {
  Provenance provenance;
  std::vector<std::string> notes;  // one line each: old spellings, flags given twice
  bool wants_help = false;         // --help or -h: the options are as they were
};

template <typename Options>
struct Parsed : ParseResult {
  Options options;
};

// `command` is what the user typed before the arguments, as "hone train". Errors: kUsage with the flag or file:line,
// the value and what was expected.
ParseResult parse_into(const FieldList& list, std::string_view command, std::span<const std::string> arguments);

// Sets the fields that the file names, as --config does.
void apply_config(const FieldList& list, const std::filesystem::path& path, ParseResult& result);

template <typename Options>
Parsed<Options> parse(std::string_view command, std::span<const std::string> arguments) {
  Parsed<Options> parsed;
  static_cast<ParseResult&>(parsed) = parse_into(fields_of(parsed.options), command, arguments);
  return parsed;
}

// A config file alone, as a recipe or a saved configuration; what is required need not be there.
template <typename Options>
Parsed<Options> read_options(const std::filesystem::path& path) {
  Parsed<Options> parsed;
  apply_config(fields_of(parsed.options), path, parsed);
  return parsed;
}

}  // namespace hone::options
