// Makes the command line that resumes a run from the one that started it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::watch {

// Returns "cd DIR && hone train ... --resume-from-checkpoint true" without the options that would replace the run,
// resume it elsewhere or stop it at the same step again. `working_dir` may be empty.
std::string resume_command(std::span<const std::string> command, std::string_view working_dir);

}  // namespace hone::watch
