// Prints errors for the user and converts them to exit codes: 0 done, 1 failed, 2 wrong usage, 70 a bug in hone.
#pragma once

#include <functional>

namespace hone::cli {

// Runs `body` and returns its exit code. If `body` throws, prints "error: ..." and "hint: ..." on standard error and
// returns the exit code of the error.
int report_errors(const std::function<int()>& body);

}  // namespace hone::cli
