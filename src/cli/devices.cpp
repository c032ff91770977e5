// hone devices: what --device can be on this machine.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/cuda.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/devices_options.h"
#include "cli/library.h"

namespace hone::cli {

int run_devices(const options::Parsed<DevicesOptions>& parsed) {
  Json devices = Json::array();
  devices.push_back({{"device", "cpu"}, {"threads", at::get_num_threads()}});
  for (int i = 0; i < torch::cuda::device_count(); ++i) devices.push_back({{"device", fmt::format("cuda:{}", i)}});
  if (parsed.options.json) {
    print(Json({{"devices", devices}}).dump() + "\n");
    return 0;
  }
  for (const Json& device : devices) {
    const std::string threads = device.contains("threads") ? fmt::format(", {} threads", device["threads"].dump()) : "";
    print(device["device"].get<std::string>() + threads + "\n");
  }
  return 0;
}

}  // namespace hone::cli
