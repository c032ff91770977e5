// Commands that hone shows for a shell.
#pragma once

#include <string>
#include <string_view>

namespace hone {

// Returns the text as one argument of a POSIX shell: in single quotes if necessary.
std::string shell_argument(std::string_view text);

}  // namespace hone
