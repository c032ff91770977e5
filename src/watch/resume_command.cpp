// Parses flags as hone does: hyphens or underscores, "--x=v" or "--x v", switches with or without a value.
#include "watch/resume_command.h"

#include <algorithm>
#include <iterator>

#include "base/shell.h"
#include "options/field_list.h"

namespace hone::watch {

namespace {

struct DroppedFlag {
  std::string_view name;
  bool is_switch;
};
constexpr DroppedFlag kDropped[] = {
    {"overwrite_output_dir", true},
    {"no_overwrite_output_dir", true},
    {"resume_from_checkpoint", false},
    {"stop_after_steps", false},
};

bool is_truth(std::string_view text) {
  for (const std::string_view word : {"true", "false", "True", "False", "TRUE", "FALSE"}) {
    if (text == word) return true;
  }
  return false;
}

const DroppedFlag* dropped_flag(std::string_view argument) {
  if (!argument.starts_with("--")) return nullptr;
  const std::string key = options::key_of(argument.substr(2, argument.find('=') - 2));
  const auto* const found =
      std::find_if(std::begin(kDropped), std::end(kDropped), [&](const DroppedFlag& flag) { return flag.name == key; });
  return found == std::end(kDropped) ? nullptr : found;
}

// A configuration file may set this too; the command line overrides it.
constexpr std::string_view kNoStop = "--stop-after-steps 0 ";

bool names_configuration(std::string_view argument) {
  return argument == "--config" || argument.starts_with("--config=");
}

}  // namespace

std::string resume_command(std::span<const std::string> command, std::string_view working_dir) {
  std::string text = working_dir.empty() ? "" : "cd " + shell_argument(working_dir) + " && ";
  for (size_t i = 0; i < command.size(); ++i) {
    const DroppedFlag* const dropped = dropped_flag(command[i]);
    if (dropped == nullptr) {
      text += shell_argument(command[i]) + " ";
      continue;
    }
    const bool has_value = command[i].find('=') != std::string::npos;
    const bool takes_next = !has_value && i + 1 < command.size() && (!dropped->is_switch || is_truth(command[i + 1]));
    if (takes_next) ++i;
  }
  if (std::any_of(command.begin(), command.end(), names_configuration)) text += kNoStop;
  return text + "--resume-from-checkpoint true";
}

}  // namespace hone::watch
