// What a running `hone serve` tells of itself, and what the system tells of it.
#pragma once

#include <string>

#include "base/files.h"
#include "cli/serve_program.h"

namespace hone {

// A number of /metrics without labels.
inline double number_of(const ServeProgram& server, const std::string& name) {
  const std::string text = "\n" + server.get("/metrics").body;
  const size_t at = text.find("\n" + name + " ");
  REQUIRE_MESSAGE(at != std::string::npos, name);
  return std::stod(text.substr(at + name.size() + 2));
}

inline long resident_kib(ServeProgram& server) {
  const std::string status = read_file("/proc/" + std::to_string(server.process().pid()) + "/status");
  return std::stol(status.substr(status.find("VmRSS:") + 6));
}

}  // namespace hone
