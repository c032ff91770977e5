// What of the machine this process may use: cores by its affinity and their hyper-threads, processor time and memory by
// its control groups. A container sees the whole machine's numbers everywhere else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone {

struct Machine {
  std::string processor;                 // its name; empty where the system has none
  int num_logical_cpus = 1;              // that the process may run on
  int num_physical_cores = 1;            // that these belong to
  std::optional<double> cpu_quota;       // processors' worth of time, where a control group limits it
  uint64_t memory_bytes = 0;             // of the machine; 0 where it is not told
  std::optional<uint64_t> memory_limit;  // of a control group, where it is less

  // Threads that compute without waiting for each other: one a core, no more than the quota, at least one.
  int num_useful_threads() const;
  // The lesser of memory and its limit; 0 where neither is told.
  uint64_t usable_memory() const;
};

// `cpus`: those the process may run on. Reads <root>/proc and <root>/sys; what is missing there or makes no sense
// counts as no limit.
Machine read_machine(const std::filesystem::path& root, const std::vector<int>& cpus);

// The machine this runs on, with the affinity of the calling thread.
Machine this_machine();

}  // namespace hone
