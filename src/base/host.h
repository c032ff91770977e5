// Identifies this machine and the current time for other programs: host name, boot id, clock.
#pragma once

#include <string>

namespace hone {

std::string host_name();

// Returns the id that the kernel draws at each boot; empty if the system has none.
std::string boot_id();

// Returns the seconds since 1970, with fractions.
double unix_seconds();

}  // namespace hone
