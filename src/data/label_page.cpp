#include "data/label_page.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/filled_page.h"
#include "base/shell.h"

namespace hone::data {

namespace {

constexpr std::string_view kLabelPage =
#include "data/label_page.inc"
    ;

// Returns the command that writes the corrected rows. It reads the same rows in the same order.
std::string clean_command(const InputOptions& input) {
  std::vector<std::string> arguments;
  for (const std::string& file : input.files) arguments.push_back(shell_argument(file));
  const InputOptions defaults;
  const auto add = [&](std::string_view option, const std::string& value, const std::string& default_value) {
    if (value != default_value) arguments.push_back(fmt::format("{} {}", option, shell_argument(value)));
  };
  add("--dataset-config-name", input.dataset_config_name, defaults.dataset_config_name);
  add("--encoding", input.encoding, defaults.encoding);
  add("--column-names", fmt::format("{}", fmt::join(input.column_names, ",")), "");
  add("--text-column", input.text_column, defaults.text_column);
  add("--text-pair-column", input.text_pair_column, defaults.text_pair_column);
  add("--label-column", input.label_column, defaults.label_column);
  return fmt::format("hone data clean {} --correct-labels corrections.csv --output corrected.csv",
                     fmt::join(arguments, " "));
}

}  // namespace

std::string to_page(const LabelErrors& errors, const LabelledRows& rows, const InputOptions& input) {
  Json data = to_json(errors, rows);
  data["command"] = clean_command(input);
  return filled_page(kLabelPage, data);
}

}  // namespace hone::data
