// The versions are those of the headers at compile time, so that the program need not load any library.
#include "cli/version.h"

#include <arrow/util/config.h>
#include <torch/headeronly/version.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/counted.h"
#include "cli/command.h"

namespace hone::cli {

namespace {

// Processor features that affect speed, as Linux names them.
constexpr std::string_view kFeatures[] = {"avx2",        "fma",         "f16c",        "avx512f",
                                          "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16",
                                          "amx_int8",    "asimd",       "bf16",        "sve"};

struct Processor {
  std::string name = "unknown";
  std::vector<std::string> features;
};

// Reads the first processor of /proc/cpuinfo. x86 has "model name" and "flags", Arm has "Features".
Processor read_processor() {
  Processor processor;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line) && !line.empty();) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const std::string value = line.substr(colon + 2);
    if (line.starts_with("model name")) processor.name = value;
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream words(value);
    for (std::string word; words >> word;) {
      for (const std::string_view feature : kFeatures) {
        if (word == feature) processor.features.push_back(word);
      }
    }
  }
  return processor;
}

}  // namespace

int run_version(const options::Parsed<VersionOptions>&) {
  const Processor processor = read_processor();
  print(fmt::format("hone {}\n", HONE_VERSION));
  print(fmt::format("libtorch {}.{}.{}, arrow {}, compiled with g++ {}\n", TORCH_VERSION_MAJOR, TORCH_VERSION_MINOR,
                    TORCH_VERSION_PATCH, ARROW_VERSION_STRING, __VERSION__));
  print(fmt::format("processor: {}, {}, {}\n", processor.name, counted(std::thread::hardware_concurrency(), "thread"),
                    fmt::join(processor.features, " ")));
  return 0;
}

}  // namespace hone::cli
