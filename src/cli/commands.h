// The table of commands. To add one: a torch-free header with its options, its row here, its run_<name> in
// src/cli/<name>.cpp, its row in src/cli/library.cpp, and its test tests/cli/<name>_test.cpp.
#pragma once

#include <array>

#include "cli/command.h"
#include "cli/devices_options.h"
#include "cli/help.h"
#include "cli/version.h"

namespace hone::cli {

inline constexpr std::array kCommands = {
    library_command<DevicesOptions>("devices", "About", "what models can be computed on here"),
    light_command<VersionOptions, run_version>("version", "About",
                                               "the version of hone, its libraries and the processor"),
    light_command<HelpOptions, run_help>("help", "About", "the commands, or the options of one command"),
};

// What `hone help` shows at its end; the tests run `hone help` on each.
inline constexpr std::array<std::string_view, 2> kExamples = {
    "hone devices --json",
    "hone help devices",
};

}  // namespace hone::cli
