// The part of the machine that this process may use: cores by its affinity and their hyper-threads, processor time and
// memory by its control groups. Elsewhere a container sees the numbers of the whole machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone {

struct Machine {
  std::string processor;                 // its name; empty if the system has none
  int num_logical_cpus = 1;              // processors on which the process may run
  int num_physical_cores = 1;            // cores of these processors
  std::optional<double> cpu_quota;       // processors' worth of time, if a control group limits it
  uint64_t memory_bytes = 0;             // of the machine; 0 if unknown
  std::optional<uint64_t> memory_limit;  // of a control group, if it is lower

  // The number of threads that do not wait for each other: one for each core, at most the quota, at least one.
  int num_useful_threads() const;
  // The lower of memory and its limit; 0 if both are unknown.
  uint64_t usable_memory() const;
};

// `cpus`: the processors on which the process may run. Reads <root>/proc and <root>/sys. Missing or malformed values
// there count as no limit.
Machine read_machine(const std::filesystem::path& root, const std::vector<int>& cpus);

// Returns this machine, with the affinity of the calling thread.
Machine this_machine();

}  // namespace hone
