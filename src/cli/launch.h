// Loads lib/libhone.so and runs a command in it.
#pragma once

#include <string>

namespace hone::cli {

// `parsed` points to the options::Parsed of the command's options. Returns the exit code; the library reports errors of
// the command. Throws kIo if the library cannot be loaded.
int run_in_library(const std::string& command, const void* parsed);

}  // namespace hone::cli
