// The part of the machine that this process may use. The affinity limits the cores; control groups limit processor time
// and memory. Other sources report the whole machine, even inside a container.
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
  std::optional<double> cpu_quota;       // limit of a control group, in processors
  uint64_t memory_bytes = 0;             // memory of the machine; 0 if unknown
  uint64_t free_memory_bytes = 0;        // that programs can still take without swapping; 0 if unknown
  std::optional<uint64_t> memory_limit;  // limit of a control group, if it is lower
  std::optional<uint64_t> memory_left;   // that the control groups still grant; unset without a limit

  // Returns the number of threads that can run at the same time: one for each core, at most the quota, at least one.
  int num_useful_threads() const;
  // Returns the lower of memory and its limit; 0 if both are unknown.
  uint64_t usable_memory() const;
  // Returns the lower of free memory and what the limits leave, at least 1; 0 if the free memory is unknown.
  uint64_t available_memory() const;
};

// Reads <root>/proc and <root>/sys. `cpus` lists the processors on which the process may run. Treats missing or
// malformed limits as no limit.
Machine read_machine(const std::filesystem::path& root, const std::vector<int>& cpus);

// Returns this machine, with the affinity of the calling thread.
Machine this_machine();

}  // namespace hone
