// Loading lib/libhone.so and running a command in it.
#pragma once

#include <string>

namespace hone::cli {

// `parsed` is the options::Parsed of the command's own options. Returns the exit code; errors of the command are
// reported by the library. Throws kIo where the library cannot be loaded.
int run_in_library(const std::string& command, const void* parsed);

}  // namespace hone::cli
