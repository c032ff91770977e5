// Hints name only options that the running command accepts. Floors below write one hint for all commands; the program
// knows which command runs.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace hone::cli {

// The hint without the clauses (parted by "; ") that name an option which `command` does not accept. Options after
// "hone COMMAND" are those of that command.
std::string accepted_hint(std::string_view command, std::string_view hint);

// The program hands its accepted_hint() to the library, which holds no table of all options.
using HintFilter = std::string (*)(std::string_view command, std::string_view hint);

// Returns body(). An error that it throws keeps the accepted part of its hint.
template <typename Body>
int with_accepted_hints(HintFilter filter, std::string_view command, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw Error(error.kind(), error.what(), filter(command, error.hint()));
  }
}

}  // namespace hone::cli
