// The commands whose work is in lib/libhone.so: one function a command, defined in src/cli/<name>.cpp.
#pragma once

#include "base/json.h"
#include "cli/command.h"

namespace hone::cli {

struct DevicesOptions;

int run_devices(const options::Parsed<DevicesOptions>& parsed);

}  // namespace hone::cli
