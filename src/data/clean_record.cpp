#include "data/clean_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/terminal.h"

namespace hone::data {

namespace fs = std::filesystem;

Json to_json(const CleanRecord& record) {
  Json rules = Json::array();
  for (const RuleRecord& rule : record.rules) {
    Json examples = Json::array();
    for (const CleanExample& example : rule.examples) {
      Json json = {{"location", example.location}, {"before", example.before}};
      if (!rule.drops) json["after"] = example.after;
      examples.push_back(json);
    }
    rules.push_back({{"rule", rule.name},
                     {"effect", rule.drops ? "drops rows" : "changes rows"},
                     {"rows", rule.rows},
                     {"examples", examples},
                     {"row_numbers", rule.row_numbers},
                     {"all_row_numbers", rule.row_numbers.size() == rule.rows}});
  }
  return {{"rows_before", record.rows_before},
          {"rows_after", record.rows_after},
          {"rules", rules},
          {"warnings", record.warnings}};
}

std::string to_text(const CleanRecord& record, size_t width) {
  std::string text = fmt::format("{} before, {} after\n", counted(record.rows_before, "row"), record.rows_after);
  for (const RuleRecord& rule : record.rules) {
    text += fmt::format("\n{}: {} {}\n", rule.name, counted(rule.rows, "row"), rule.drops ? "dropped" : "changed");
    for (size_t i = 0; i < std::min<size_t>(rule.examples.size(), 2); ++i) {
      const CleanExample& example = rule.examples[i];
      const auto line = [&](std::string_view value) {
        std::string printed = printable(value);
        std::ranges::replace(printed, '\n', ' ');
        return std::string(first_columns(printed, width > 6 ? width - 6 : 1));
      };
      text += fmt::format("  {}\n    - {}\n", printable(fs::path(example.location).filename().string()),
                          line(example.before));
      if (!rule.drops) text += fmt::format("    + {}\n", line(example.after));
    }
  }
  return text;
}

}  // namespace hone::data
