// Removes clauses from hints that name options of other commands. Lower floors write one hint for all commands, and
// only the program knows the running command.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace hone::cli {

// Returns the hint without the clauses (separated by "; ") that name an option which `command` does not accept. Options
// after "hone COMMAND" belong to that command.
std::string accepted_hint(std::string_view command, std::string_view hint);

// The program passes accepted_hint() to the library, which has no table of all options.
using HintFilter = std::string (*)(std::string_view command, std::string_view hint);

// Returns body(). If it throws an Error, rethrows it with the accepted part of its hint.
template <typename Body>
int with_accepted_hints(HintFilter filter, std::string_view command, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw Error(error.kind(), error.what(), filter(command, error.hint()));
  }
}

}  // namespace hone::cli
