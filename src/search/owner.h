// Which process runs a trial, so that the trial of a process that was killed can be resumed.
#pragma once

#include "base/json.h"

namespace hone::search {

// The system attribute of a trial with its owner.
inline constexpr const char* kOwnerAttribute = "hone:owner";

// Returns what identifies this process: host, boot, number and start time.
Json this_owner();

// Returns true if the process ran on this host and has ended. Returns false for other hosts and for other JSON,
// because nobody here can know.
bool has_ended(const Json& owner);

}  // namespace hone::search
