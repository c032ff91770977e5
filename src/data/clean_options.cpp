#include "data/clean_options.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/output_path.h"
#include "data/clean_rules.h"
#include "data/regex_rules.h"

namespace hone::data {

namespace {

struct RowRule {
  std::string_view name;  // of the option
  bool (*is_on)(const CleanOptions& options);
};

// In the order in which Cleaner applies them.
constexpr std::array<RowRule, 12> kRowRules = {{
    {"correct_labels", [](const CleanOptions& options) { return !options.correct_labels.empty(); }},
    {"trim_labels", [](const CleanOptions& options) { return options.trim_labels; }},
    {"rename_labels", [](const CleanOptions& options) { return !options.rename_labels.empty(); }},
    {"keep_labels", [](const CleanOptions& options) { return !options.keep_labels.empty(); }},
    {"drop_missing", [](const CleanOptions& options) { return options.drop_missing; }},
    {"min_characters", [](const CleanOptions& options) { return options.min_characters.has_value(); }},
    {"max_characters", [](const CleanOptions& options) { return options.max_characters.has_value(); }},
    {"drop_regex", [](const CleanOptions& options) { return !options.drop_regex.empty(); }},
    {"keep_regex", [](const CleanOptions& options) { return !options.keep_regex.empty(); }},
    {"drop_rows_of", [](const CleanOptions& options) { return !options.drop_rows_of.empty(); }},
    {"duplicates", [](const CleanOptions& options) { return options.duplicates.has_value(); }},
    {"near_duplicates", [](const CleanOptions& options) { return options.near_duplicates.has_value(); }},
}};

void check_rules(const CleanOptions& options) {
  bool changes_texts = false;
  for (const TextRule& rule : text_rules()) changes_texts |= static_cast<bool>(rule.make(options));
  if (!changes_texts && std::ranges::none_of(kRowRules, [&](const RowRule& rule) { return rule.is_on(options); })) {
    throw Error(
        ErrorKind::kUsage, "no rule is on, so there is nothing to clean",
        fmt::format("hone data report FILE names rules that help; the rules: {}", fmt::join(clean_rule_order(), ", ")));
  }
  if (!changes_texts && !options.try_model.empty()) {
    throw Error(ErrorKind::kUsage, "--try measures what the text rules do to a model, and no text rule is on",
                "give a rule such as --lower-case; or remove --try");
  }
  for (const std::string& file : options.drop_rows_of) {
    for (const auto& input : input_files(options.input)) check_is_not_input(file, "--drop-rows-of", input, "FILE");
  }
  parsed_renames(options.rename_labels);
  const RegexTest drops(options.drop_regex, "--drop-regex"), keeps(options.keep_regex, "--keep-regex");
}

void check_outputs(const CleanOptions& options) {
  const OutputOptions& output = options.output;
  if (output.output.empty()) {
    throw Error(ErrorKind::kUsage, "the cleaned rows need a file", "name it with --output; - is standard output");
  }
  check_format(output, output.output);
  check_output(output, output.output, input_files(options.input));
  const std::filesystem::path record = record_path(options);
  if (record.empty()) return;
  check_is_file(record, "--record");
  if (!output.overwrite) check_is_free(record, "--record");
}

}  // namespace

std::vector<std::string> clean_rule_order() {
  std::vector<std::string> names;
  for (const TextRule& rule : text_rules()) names.emplace_back(rule.name);
  for (const RowRule& rule : kRowRules) names.emplace_back(rule.name);
  return names;
}

std::map<std::string, std::string> parsed_renames(const std::vector<std::string>& renames) {
  std::map<std::string, std::string> result;
  for (const std::string& rename : renames) {
    const size_t equals = rename.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorKind::kUsage, fmt::format("--rename-labels: \"{}\" is not OLD=NEW", rename),
                  "for example --rename-labels postive=positive");
    }
    result[rename.substr(0, equals)] = rename.substr(equals + 1);
  }
  return result;
}

std::filesystem::path record_path(const CleanOptions& options) {
  if (!options.record.empty() || is_stream(options.output.output)) return options.record;
  std::filesystem::path path = options.output.output;
  return path.replace_extension(".record.json");
}

void check_clean_options(const CleanOptions& options) {
  check_outputs(options);
  check_rules(options);
}

}  // namespace hone::data
