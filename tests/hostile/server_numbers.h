// Measurements of a running `hone serve`: from its own /metrics, and from the system.
#pragma once

#include <string>

#include "base/files.h"
#include "cli/serve_program.h"

namespace hone {

// Returns the value of a metric without labels in /metrics.
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

// Returns whether memory stops growing while the same load is repeated. `load` runs one repetition and returns the KiB
// in use after it. The first rounds may reach a new maximum of concurrent requests; a leak grows in every round.
template <typename Load>
bool grows_no_more(Load load) {
  constexpr long kNoise = 512;  // KiB: 64 bytes each of 8,000 clients
  long before = load();
  for (int repetition = 0; repetition < 6; ++repetition) {
    const long after = load();
    MESSAGE("resident: " << before << " KiB, after the same load again " << after << " KiB");
    if (after <= before + kNoise) return true;
    before = after;
  }
  return false;
}

}  // namespace hone
