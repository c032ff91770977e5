// What names this machine and moment to other programs: host name, boot id, clock.
#pragma once

#include <string>

namespace hone {

std::string host_name();

// The id that the kernel draws at each boot; empty if the system has none.
std::string boot_id();

// Seconds since 1970, with fractions.
double unix_seconds();

}  // namespace hone
