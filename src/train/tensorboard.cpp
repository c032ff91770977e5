// Skips values that are not numbers: the log has null for a loss that is not finite.
#include "train/tensorboard.h"

#include <fmt/chrono.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>

#include "base/host.h"
#include "train/run_files.h"

namespace hone::train {

bool reports_to_tensorboard(const std::vector<std::string>& report_to) {
  return std::any_of(report_to.begin(), report_to.end(),
                     [](const std::string& name) { return name == "tensorboard" || name == "all"; });
}

std::filesystem::path tensorboard_folder(const std::filesystem::path& output_dir,
                                         const std::filesystem::path& logging_dir) {
  if (!logging_dir.empty()) return logging_dir;
  const std::tm now = fmt::localtime(std::time(nullptr));
  return output_dir / kEventsFolder / fmt::format("{:%b%d_%H-%M-%S}_{}", now, host_name());
}

std::string tensorboard_tag(const std::string& key) {
  for (const std::string prefix : {"eval", "test"}) {
    if (key.starts_with(prefix + "_")) return prefix + "/" + key.substr(prefix.size() + 1);
  }
  return "train/" + key;
}

TensorBoardLog::TensorBoardLog(const std::filesystem::path& folder, const Json& options, const Json& model_config,
                               int64_t resumed_step)
    : file_(folder) {
  if (resumed_step > 0) file_.add(restart_event(unix_seconds(), resumed_step + 1));
  file_.add(text_event(unix_seconds(), 0, "args", json_text(options, 2)));
  file_.add(text_event(unix_seconds(), 0, "model_config", json_text(model_config, 2) + "\n"));
}

void TensorBoardLog::add(const Json& entry) {
  const int64_t step = entry.value("step", int64_t{0});
  for (const auto& [key, value] : entry.items()) {
    if (key == "step" || !value.is_number()) continue;
    file_.add(scalar_event(unix_seconds(), step, tensorboard_tag(key), value.get<float>()));
  }
}

}  // namespace hone::train
