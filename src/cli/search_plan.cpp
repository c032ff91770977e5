#include "cli/search_plan.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "options/json.h"
#include "task/tasks.h"
#include "train/find_learning_rate.h"
#include "train/plan.h"

namespace hone::cli {

namespace {

constexpr const char* kBlock = "search";
constexpr const char* kSpaceKey = "space";

// Returns whether trials with another value of the option do not belong into one study. A study may move to another
// machine, and the test rows are looked at only at its end.
bool defines_study(const options::Field& field) {
  constexpr std::string_view kFree[] = {"num_threads", "device", "test_file", "test_at_end"};
  return !field.is_free_to_change && std::find(std::begin(kFree), std::end(kFree), field.name) == std::end(kFree);
}

// A study is the same from wherever the command is run.
Json absolute_paths(const Json& value) {
  if (value.is_string() && value != "") return std::filesystem::weakly_canonical(value.get<std::string>()).string();
  if (!value.is_array()) return value;
  Json paths = Json::array();
  for (const Json& path : value) paths.push_back(absolute_paths(path));
  return paths;
}

Json read_block(const std::string& text) {
  if (text.empty()) {
    throw Error(ErrorKind::kUsage, "there is no search space: the config file has no block \"search\"",
                "add search: {space: {learning_rate: {low: 1e-5, high: 1e-3, log: true}}} (docs/search.md)");
  }
  const Json block = parse_json(text, "--search");
  if (!block.is_object()) throw Error(ErrorKind::kUsage, "search: not a mapping", "write search: and below it space:");
  if (!block.contains(kSpaceKey)) {
    throw Error(ErrorKind::kUsage, "search: there is no space",
                "add space: {learning_rate: {low: 1e-5, high: 1e-3, log: true}}");
  }
  return block;
}

// The block gives what no flag gives.
void apply_block(const Json& block, SearchSettings& settings, const options::Provenance& provenance) {
  const options::FieldList list = options::fields_of(settings);
  std::vector<std::string> known = {kSpaceKey};
  for (const options::Field& field : list.fields()) known.push_back(field.name);
  for (const auto& [key, value] : block.items()) {
    if (key == kSpaceKey) continue;
    const options::Field* const field = list.find(key);
    if (field == nullptr) {
      const Error error = unknown_name(ErrorKind::kUsage, "key", key, known);
      throw Error(ErrorKind::kUsage, fmt::format("{}: {}", kBlock, error.what()), error.hint());
    }
    if (provenance.source(field->name) == options::Source::kFlag) continue;
    options::assign_json(*field, value, fmt::format("{}: {}", kBlock, key));
  }
}

void check_searched(const search::Space& space, const options::FieldList& list) {
  constexpr std::string_view kAllowed[] = {"model_name_or_path", "calibrate"};
  for (const search::Dimension& dimension : space.dimensions()) {
    const bool is_allowed = std::find(std::begin(kAllowed), std::end(kAllowed), dimension.option) != std::end(kAllowed);
    if (is_allowed || !list.find(dimension.option)->is_free_to_change) continue;
    throw Error(ErrorKind::kUsage, fmt::format("search: space: {} does not change what is learned", dimension.option),
                "leave it out of the space");
  }
}

// Trials write their own files and are resumed by the search.
void check_training(const train::TrainOptions& options) {
  const auto refuse = [](const std::string& what, const std::string& hint) {
    throw Error(ErrorKind::kUsage, "hone search: " + what, hint);
  };
  if (!options.json_log.empty())
    refuse("json_log is one file, but each trial has a log", "leave it out; each trial's folder has metrics.jsonl");
  if (!options.resume_from_checkpoint.empty() && options.resume_from_checkpoint != "false") {
    refuse("resume_from_checkpoint is given, but a search resumes by itself", "leave it out");
  }
  if (options.overwrite_output_dir) {
    refuse("overwrite_output_dir would replace a study", "remove the folder yourself, or name another --output-dir");
  }
  if (options.range_test.find_lr) refuse("find_lr would test learning rates instead of training", "leave it out");
  if (options.stop_after_steps > 0) refuse("stop_after_steps would stop every trial", "leave it out");
  if (options.eval_strategy == "no") {
    refuse("trials are compared by their evaluations, but eval_strategy is \"no\"", "add --eval-strategy epoch");
  }
}

// The metric and its direction. Its name is checked again with the task of the rows.
metric::Metric metric_of(const SearchSettings& settings, const train::TrainOptions& options) {
  std::string name = settings.metric.empty() ? options.metric_for_best_model : settings.metric;
  if (name.starts_with("eval_")) name.erase(0, 5);
  if (name.empty()) name = metric::kLoss.name;
  std::vector<metric::Metric> metrics = task::all_metrics();
  if (options.task) {
    const auto own = task::find_task(*options.task).metrics();
    metrics.assign(own.begin(), own.end());
  }
  return metric::comparable_metric(metrics, "metric", name);
}

std::vector<options::GivenOption> given_of_trainings(const options::Parsed<SearchOptions>& parsed,
                                                     const search::Space& space) {
  train::TrainOptions options = parsed.options.train, defaults;
  std::vector<options::GivenOption> given =
      options::given_options(options::fields_of(options), options::fields_of(defaults), parsed.provenance);
  for (const search::Dimension& dimension : space.dimensions()) {
    given.push_back({dimension.option, "search: space: " + dimension.option});
  }
  return given;
}

}  // namespace

SearchPlan make_search_plan(const options::Parsed<SearchOptions>& parsed) {
  SearchPlan plan;
  plan.settings = parsed.options.settings;
  plan.train = parsed.options.train;
  const Json block = read_block(parsed.options.search);
  apply_block(block, plan.settings, parsed.provenance);
  plan.time_budget = parse_time_budget(plan.settings.time_budget);
  train::TrainOptions scratch = plan.train;
  const options::FieldList list = options::fields_of(scratch);
  plan.space = search::Space::parse(block[kSpaceKey], list, fmt::format("{}: {}", kBlock, kSpaceKey));
  check_searched(plan.space, list);
  check_training(plan.train);
  plan.metric = metric_of(plan.settings, plan.train);
  plan.given = given_of_trainings(parsed, plan.space);
  if (const options::GivenOption* const option = train::range_option(plan.given)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("hone search: {} is read only by --find-lr, which no search can take", option->where),
                "leave it out");
  }
  if (plan.settings.sampler == "grid") plan.space.grid();  // its errors come before the first trial
  return plan;
}

search::SessionOptions SearchPlan::session_options() const {
  search::SessionOptions session;
  session.study_name = settings.study_name;
  session.direction =
      metric.better == metric::Better::kHigher ? search::Direction::kMaximize : search::Direction::kMinimize;
  session.sampler = settings.sampler;
  session.pruner = settings.pruner;
  session.seed = train.seed;
  session.num_trials = settings.trials;
  session.training = Json::object();
  train::TrainOptions options = train;
  const options::FieldList list = options::fields_of(options);
  const Json values = options::to_json(list);
  for (const options::Field& field : list.fields()) {
    if (!defines_study(field)) continue;
    session.training[field.name] = field.holds_paths ? absolute_paths(values[field.name]) : values[field.name];
  }
  session.training["model_name_or_path"] = absolute_paths(train.model_name_or_path.string());
  for (const search::Dimension& dimension : space.dimensions()) session.training.erase(dimension.option);
  session.training["metric"] = metric.name;
  return session;
}

std::filesystem::path SearchPlan::folder_of(int64_t trial) const {
  return train.output_dir / fmt::format("trial-{:04}", trial);
}

std::filesystem::path SearchPlan::comparison_of(int64_t trial) const {
  return train.output_dir / "comparisons" / fmt::format("trial-{:04}.json", trial);
}

train::TrainOptions SearchPlan::options_of(const search::Parameters& parameters,
                                           const std::filesystem::path& folder) const {
  train::TrainOptions options = train;
  space.apply(parameters, options::fields_of(options));
  options.output_dir = folder;
  options.test_at_end = false;
  options.log_style = "none";
  return options;
}

std::optional<std::chrono::seconds> parse_time_budget(const std::string& text) {
  if (text.empty()) return std::nullopt;
  constexpr std::pair<char, int64_t> kUnits[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
  constexpr int64_t kMost = 1000 * 86400;
  const auto fail = [&] {
    throw Error(ErrorKind::kUsage, fmt::format("time_budget \"{}\" is not a time", text),
                "write seconds or a time such as 90s, 30m or 2h30m, of at most 1000 days");
  };
  int64_t seconds = 0, number = 0;
  bool has_number = false, ends_with_unit = false;
  size_t next_unit = 0;
  for (const char c : text) {
    ends_with_unit = false;
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      number = number * 10 + (c - '0');
      has_number = true;
    } else {
      while (next_unit < std::size(kUnits) && kUnits[next_unit].first != c) ++next_unit;
      if (!has_number || next_unit == std::size(kUnits)) fail();
      seconds += number * kUnits[next_unit++].second;
      number = 0;
      has_number = false;
      ends_with_unit = true;
    }
    if (number > kMost || seconds > kMost) fail();
  }
  if (!ends_with_unit && next_unit > 0) fail();  // "2h30"
  seconds += number;
  if (seconds == 0) fail();
  return std::chrono::seconds(seconds);
}

}  // namespace hone::cli
