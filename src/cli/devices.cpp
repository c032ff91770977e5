// hone devices: lists the values of --device on this machine, and the processor features that hone uses.
#include <torch/csrc/api/include/torch/cuda.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/machine.h"
#include "cli/devices_options.h"
#include "cli/library.h"
#include "kernel/cpu.h"

namespace hone::cli {

namespace {

Json cpu_json(const Machine& machine) {
  Json cpu = {{"device", "cpu"},
              {"threads", machine.num_useful_threads()},
              {"processor", machine.processor},
              {"cpu_level", kernel::cpu_level_name(kernel::cpu_level())},
              {"native_bf16", kernel::has_native_bf16()},
              {"physical_cores", machine.num_physical_cores},
              {"logical_cpus", machine.num_logical_cpus},
              {"memory_bytes", machine.usable_memory()}};
  cpu["cpu_quota"] = machine.cpu_quota ? Json(*machine.cpu_quota) : Json();
  return cpu;
}

std::string cores_text(const Machine& machine) {
  std::string text =
      fmt::format("{} ({} logical) for this process", machine.num_physical_cores, machine.num_logical_cpus);
  if (machine.cpu_quota) text += fmt::format(", with time for {:.3g} by its control group", *machine.cpu_quota);
  return text;
}

std::string level_text() {
  const auto best = kernel::detected_cpu_level(), used = kernel::cpu_level();
  if (used == best) return std::string(kernel::cpu_level_name(used));
  return fmt::format("{}, by HONE_CPU; the processor has {}", kernel::cpu_level_name(used),
                     kernel::cpu_level_name(best));
}

std::string memory_text(const Machine& machine) {
  const auto gibibytes = [](uint64_t bytes) { return static_cast<double>(bytes) / (uint64_t{1} << 30); };
  if (!machine.memory_limit) return fmt::format("{:.1f} GiB", gibibytes(machine.memory_bytes));
  return fmt::format("{:.1f} GiB of {:.1f} by the process's control group", gibibytes(*machine.memory_limit),
                     gibibytes(machine.memory_bytes));
}

void print_cpu(const Machine& machine) {
  print(fmt::format("cpu, {}\n", counted(static_cast<uint64_t>(machine.num_useful_threads()), "thread")));
  if (!machine.processor.empty()) print(fmt::format("  processor  {}\n", machine.processor));
  print(fmt::format("  cores      {}\n", cores_text(machine)));
  print(fmt::format("  kernels    {}\n", level_text()));
  print(fmt::format("  bf16       {}\n", kernel::has_native_bf16() ? "native" : "not native: fp32 is faster"));
  print(fmt::format("  memory     {}\n", memory_text(machine)));
}

}  // namespace

int run_devices(const options::Parsed<DevicesOptions>& parsed) {
  const Machine machine = this_machine();
  Json devices = Json::array({cpu_json(machine)});
  for (int i = 0; i < torch::cuda::device_count(); ++i) devices.push_back({{"device", fmt::format("cuda:{}", i)}});
  if (parsed.options.json) {
    print(Json({{"devices", devices}}).dump() + "\n");
    return 0;
  }
  print_cpu(machine);
  for (size_t i = 1; i < devices.size(); ++i) print(devices[i]["device"].get<std::string>() + "\n");
  return 0;
}

}  // namespace hone::cli
