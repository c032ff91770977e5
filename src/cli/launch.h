// Loads one of hone's libraries, and runs a command in it.
#pragma once

#include <cstdint>
#include <string>

namespace hone::cli {

// Bits, because a command may have a runner in both. `kRows`: lib/libhone_rows.so, the commands that need no libtorch,
// whose start takes 0.25 s. `kModels`: lib/libhone.so.
enum Library : uint8_t { kNoLibrary = 0, kRows = 1, kModels = 2 };

// `parsed` points to the options::Parsed of the command's options. Returns the exit code; the library reports errors of
// the command. Throws kIo if the library cannot be loaded.
int run_in_library(Library library, const std::string& command, const void* parsed);

}  // namespace hone::cli
