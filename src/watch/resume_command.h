// The command line that goes on with a run, from the one that started it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::watch {

// As a POSIX shell reads it back: quoted where it must be.
std::string shell_quoted(std::string_view argument);

// "cd DIR && hone train ... --resume-from-checkpoint true": without what would replace the run, resume it elsewhere or
// stop it again where it stopped. `working_dir` may be empty.
std::string resume_command(std::span<const std::string> command, std::string_view working_dir);

}  // namespace hone::watch
