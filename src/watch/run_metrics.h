// Reads the entries of a run's log from a position on. Positions count bytes of metrics.jsonl, or entries of
// trainer_state.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace hone::watch {

struct MetricsPosition {
  uint64_t from = 0;
  std::string generation;  // empty: from the start
};

struct MetricsPart {
  std::string generation;            // identifies the file; changes if the run starts again or is resumed
  uint64_t next = 0;                 // the `from` of the next call
  bool restarted = false;            // the position was of another generation, so this part begins at the start
  bool is_more = false;              // more entries can be read now
  std::vector<std::string> entries;  // JSON objects, whole lines only
};

// Skips lines that are not JSON objects. A part holds at most a megabyte.
class RunMetrics {
 public:
  MetricsPart read(const std::filesystem::path& folder, const MetricsPosition& position);

 private:
  struct Cached {
    std::string stamp;
    std::vector<std::string> entries;
  };
  const Cached& entries_of_state(const std::filesystem::path& path);

  std::map<std::string, Cached> states_;  // by path
};

}  // namespace hone::watch
