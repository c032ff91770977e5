// Control groups of version 2 are one tree; version 1 has a tree for each resource. A limit applies to all groups below
// it, so every group up to the root is read.
#include "base/machine.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

namespace hone {

namespace {

namespace fs = std::filesystem;

// Returns the first line of a file, or an empty text if there is none.
std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

template <typename T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

// Returns the value after `key` and a colon in a file of such lines, for example /proc/meminfo.
std::string value_of(const fs::path& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const size_t end_of_key = line.find_last_not_of(" \t", colon - 1) + 1;
    const size_t value = line.find_first_not_of(" \t", colon + 1);
    if (end_of_key == key.size() && value != std::string::npos) return line.substr(value);
  }
  return "";
}

int count_cores(const fs::path& root, const std::vector<int>& cpus) {
  std::set<std::string> cores;
  for (const int cpu : cpus) {
    const std::string name = "cpu" + std::to_string(cpu);
    const std::string siblings =
        first_line(root / "sys/devices/system/cpu" / name / "topology" / "thread_siblings_list");
    cores.insert(siblings.empty() ? name : siblings);
  }
  return std::max(1, static_cast<int>(cores.size()));
}

// Returns the folders of this process's group for `resource` and of every group above it. An empty `resource` means
// version 2.
std::vector<fs::path> group_folders(const fs::path& root, const std::string& resource) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // "4:cpu,cpuacct:/docker/1a2b", "0::/user.slice"
    const size_t first = line.find(':');
    const size_t second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) continue;
    const std::string resources = line.substr(first + 1, second - first - 1);
    const bool is_this =
        resource.empty() ? resources.empty() : ("," + resources + ",").find("," + resource + ",") != std::string::npos;
    if (!is_this) continue;
    const fs::path mount = root / "sys/fs/cgroup" / resource;
    std::vector<fs::path> folders;
    fs::path group = fs::path(line.substr(second + 1)).lexically_normal().relative_path();
    for (; !group.empty() && group.has_filename(); group = group.parent_path()) folders.push_back(mount / group);
    folders.push_back(mount);
    return folders;
  }
  return {};
}

template <typename T>
void take_lesser(std::optional<T>& limit, std::optional<T> other) {
  if (other && *other > 0 && (!limit || *other < *limit)) limit = other;
}

std::optional<double> cpu_quota(const fs::path& root) {
  std::optional<double> quota;
  for (const fs::path& folder : group_folders(root, "")) {  // "max 100000", "150000 100000"
    std::istringstream line(first_line(folder / "cpu.max"));
    double time = 0, period = 0;
    if (line >> time >> period && period > 0) take_lesser(quota, std::optional(time / period));
  }
  for (const fs::path& folder : group_folders(root, "cpu")) {  // -1: no limit
    const auto time = number<int64_t>(first_line(folder / "cpu.cfs_quota_us"));
    const auto period = number<int64_t>(first_line(folder / "cpu.cfs_period_us"));
    if (time && period && *period > 0) {
      take_lesser(quota, std::optional(static_cast<double>(*time) / static_cast<double>(*period)));
    }
  }
  return quota;
}

std::optional<uint64_t> memory_limit(const fs::path& root, uint64_t memory_bytes) {
  std::optional<uint64_t> limit;
  for (const fs::path& folder : group_folders(root, "")) {
    take_lesser(limit, number<uint64_t>(first_line(folder / "memory.max")));  // "max": no limit
  }
  for (const fs::path& folder : group_folders(root, "memory")) {
    take_lesser(limit, number<uint64_t>(first_line(folder / "memory.limit_in_bytes")));
  }
  // Version 1 writes "no limit" as a number larger than any memory.
  return limit && (memory_bytes == 0 || *limit < memory_bytes) ? limit : std::nullopt;
}

// Returns the number after `name` and a space in memory.stat, or 0.
uint64_t memory_statistic(const fs::path& group, std::string_view name) {
  std::ifstream file(group / "memory.stat");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ') continue;
    return number<uint64_t>(std::string_view(line).substr(name.size() + 1)).value_or(0);
  }
  return 0;
}

// Returns the least that a group with a limit still grants. Pages of files that nobody used lately count as used, but
// the system drops them for whoever needs memory.
std::optional<uint64_t> memory_left(const fs::path& root) {
  struct Names {
    const char *resource, *limit, *used, *files;
  };
  constexpr Names kVersions[] = {{"", "memory.max", "memory.current", "inactive_file"},
                                 {"memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}};
  std::optional<uint64_t> least;
  for (const Names& names : kVersions) {
    for (const fs::path& group : group_folders(root, names.resource)) {
      const auto limit = number<uint64_t>(first_line(group / names.limit));  // "max": no limit
      if (!limit || *limit == 0) continue;
      const uint64_t used = number<uint64_t>(first_line(group / names.used)).value_or(0);
      const uint64_t needed = used - std::min(used, memory_statistic(group, names.files));
      const uint64_t left = *limit - std::min(*limit, needed);
      least = std::min(left, least.value_or(left));
    }
  }
  return least;
}

std::vector<int> cpus_of_this_thread() {
  constexpr int kMaxCpus = 8192;
  std::vector<int> cpus;
  cpu_set_t* const set = CPU_ALLOC(kMaxCpus);
  const size_t size = CPU_ALLOC_SIZE(kMaxCpus);
  CPU_ZERO_S(size, set);
  if (sched_getaffinity(0, size, set) == 0) {
    for (int cpu = 0; cpu < kMaxCpus; ++cpu) {
      if (CPU_ISSET_S(cpu, size, set)) cpus.push_back(cpu);
    }
  }
  CPU_FREE(set);
  return cpus;
}

}  // namespace

int Machine::num_useful_threads() const {
  const double quota = std::ceil(cpu_quota.value_or(num_physical_cores));
  return std::max(1, static_cast<int>(std::min<double>(num_physical_cores, quota)));
}

uint64_t Machine::usable_memory() const { return memory_limit.value_or(memory_bytes); }

uint64_t Machine::available_memory() const {
  if (free_memory_bytes == 0) return 0;
  return std::max<uint64_t>(1, std::min(free_memory_bytes, memory_left.value_or(free_memory_bytes)));
}

Machine read_machine(const fs::path& root, const std::vector<int>& cpus) {
  Machine machine;
  machine.processor = value_of(root / "proc/cpuinfo", "model name");
  machine.num_logical_cpus = std::max(1, static_cast<int>(cpus.size()));
  machine.num_physical_cores = count_cores(root, cpus);
  machine.cpu_quota = cpu_quota(root);
  machine.memory_bytes = number<uint64_t>(value_of(root / "proc/meminfo", "MemTotal")).value_or(0) * 1024;
  machine.free_memory_bytes = number<uint64_t>(value_of(root / "proc/meminfo", "MemAvailable")).value_or(0) * 1024;
  machine.memory_limit = memory_limit(root, machine.memory_bytes);
  machine.memory_left = memory_left(root);
  return machine;
}

Machine this_machine() { return read_machine("/", cpus_of_this_thread()); }

}  // namespace hone
