// Keeps two processes from writing to one folder.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/descriptor.h"

namespace hone {

// Locks a folder until the descriptor is closed, or the process ends in any way. Errors: kIo; kUsage if another process
// holds the lock: "another process is {doing} {folder}", with the hint to give another {option}.
Descriptor lock_folder(const std::filesystem::path& folder, std::string_view doing, std::string_view option);

}  // namespace hone
