// The one place where errors end: printed for the user, and turned into the exit code. 0 done, 1 failed, 2 usage,
// 70 a bug in hone.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace hone::cli {

// Runs `body` and returns its exit code, or that of the error it throws, after "error: ..." and "hint: ..." on
// standard error.
int report_errors(const std::function<int()>& body);

// Control characters that could drive a terminal, from a file's content in a message, as \x1b.
std::string printable(std::string_view text);

}  // namespace hone::cli
