// The one place where errors end: printed for the user, and turned into the exit code. 0 done, 1 failed, 2 usage,
// 70 a bug in hone.
#pragma once

#include <functional>

namespace hone::cli {

// Runs `body` and returns its exit code, or that of the error it throws, after "error: ..." and "hint: ..." on
// standard error.
int report_errors(const std::function<int()>& body);

}  // namespace hone::cli
