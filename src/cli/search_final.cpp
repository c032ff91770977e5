#include "cli/search_final.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/quiet_log.h"
#include "cli/metric_observer.h"
#include "eval/trained_model.h"
#include "search/operations.h"
#include "task/splits.h"
#include "tensor/compute.h"
#include "train/checkpoint.h"
#include "train/prepare.h"
#include "train/run.h"
#include "train/test_rows.h"

namespace hone::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* kCardFile = "README.md";
constexpr std::string_view kCardTitle = "\n## Test\n";

// A training with the best values and another seed.
struct SeedRun {
  uint64_t seed = 0;
  double value = 0;
  fs::path folder;
};

const search::Trial& best_of(const search::Study& study) {
  const search::Trial* const best = search::best_trial(study);
  if (best == nullptr) throw Error(ErrorKind::kInput, "no trial is complete, so there is no best one");
  return *best;
}

fs::path seed_folder(const SearchPlan& plan, int64_t trial, uint64_t seed) {
  return plan.train.output_dir / fmt::format("{}-seed-{}", plan.folder_of(trial).filename().string(), seed);
}

// Returns the runs that retrained.json lists if they are of this trial.
std::vector<SeedRun> finished_runs(const SearchPlan& plan, int64_t trial) {
  const fs::path path = plan.train.output_dir / kRetrainedFile;
  std::vector<SeedRun> runs;
  if (!fs::exists(path)) return runs;
  const Json json = read_json(path);
  if (!json.is_object() || json.value("trial", int64_t{-1}) != trial || !json.contains("runs")) return runs;
  for (const Json& run : json["runs"]) {
    const bool is_run = run.is_object() && run.contains("seed") && run["seed"].is_number_unsigned() &&
                        run.contains("value") && run["value"].is_number();
    if (!is_run) {
      throw Error(ErrorKind::kInput, fmt::format("{}: {} is not a run", path.string(), run.dump()),
                  "move the file away: the runs are then trained again");
    }
    const auto seed = run["seed"].get<uint64_t>();
    runs.push_back({seed, run["value"].get<double>(), seed_folder(plan, trial, seed)});
  }
  return runs;
}

double mean_of(const std::vector<SeedRun>& runs) {
  double sum = 0;
  for (const SeedRun& run : runs) sum += run.value;
  return sum / static_cast<double>(runs.size());
}

// The standard deviation of a sample; 0 of one run.
double deviation_of(const std::vector<SeedRun>& runs) {
  const double mean = mean_of(runs);
  double squares = 0;
  for (const SeedRun& run : runs) squares += (run.value - mean) * (run.value - mean);
  return std::sqrt(squares / std::max(1.0, static_cast<double>(runs.size()) - 1));
}

void write_runs(const SearchPlan& plan, int64_t trial, const std::vector<SeedRun>& runs) {
  Json list = Json::array();
  for (const SeedRun& run : runs) {
    list.push_back({{"seed", run.seed}, {"value", run.value}, {"folder", run.folder.filename().string()}});
  }
  write_json(plan.train.output_dir / kRetrainedFile, {{"trial", trial},
                                                      {"metric", plan.metric.name},
                                                      {"mean", mean_of(runs)},
                                                      {"sd", deviation_of(runs)},
                                                      {"runs", std::move(list)}});
}

// Returns nullopt after an interrupt.
std::optional<SeedRun> trained_with(const SearchPlan& plan, const search::Trial& best, uint64_t seed) {
  SeedRun run{seed, 0, seed_folder(plan, best.number, seed)};
  train::TrainOptions options = plan.options_of(best.parameters, run.folder);
  options.seed = seed;
  if (has_checkpoint(run.folder)) {
    options.resume_from_checkpoint = "true";
  } else {
    options.overwrite_output_dir = fs::exists(run.folder);
  }
  MetricObserver observer(plan.metric);
  const QuietLog quiet;
  const train::RunEnd end = train::run_training(
      options, plan.given, {.observer = &observer, .prefix_dir = {}, .known_features = nullptr, .trained = {}});
  if (end != train::RunEnd::kFinished && end != train::RunEnd::kStoppedEarly) return std::nullopt;
  run.value = observer.value(options.load_best_model_at_end);
  return run;
}

// Returns the folder of the model that the test rows measure: the best of the retrained ones, or the best trial's.
fs::path chosen_model(const SearchPlan& plan, const search::Study& study) {
  const search::Trial& best = best_of(study);
  fs::path folder = plan.folder_of(best.number);
  std::optional<double> value;
  for (const SeedRun& run : finished_runs(plan, best.number)) {
    if (value && !study.is_better(run.value, *value)) continue;
    folder = run.folder;
    value = run.value;
  }
  if (fs::exists(folder / train::weights_file(folder))) return folder;
  throw Error(ErrorKind::kUsage, fmt::format("test_best: {} holds no model", folder.string()),
              "search with --keep-models best, or add --retrain-seeds 1");
}

std::string card_section(const metric::Report& report, std::span<const metric::Metric> metrics, size_t look) {
  std::string text = fmt::format("{}\n{} that neither the training nor the search has seen.", kCardTitle,
                                 counted(report.num_rows, "row"));
  text += look == 1 ? " It was the first look at them in this search.\n\n"
                    : fmt::format(
                          " **It was look {} at them in this search**: the more looks, the less the numbers say "
                          "about new text.\n\n",
                          look);
  return text + train::test_table(report, metrics);
}

void add_to_card(const fs::path& folder, const std::string& section) {
  const fs::path path = folder / kCardFile;
  std::string card = fs::exists(path) ? read_file(path) : "";
  card.erase(std::min(card.size(), card.find(kCardTitle)));
  write_file(path, card + section);
}

// Adds the look to the record, before anybody sees its numbers. Returns its number, from 1.
size_t record_look(const SearchPlan& plan, const fs::path& folder, const metric::Report& report) {
  const fs::path path = plan.train.output_dir / kTestLooksFile;
  Json looks = fs::exists(path) ? read_json(path) : Json::array();
  if (!looks.is_array()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: not a list of looks", path.string()), "move the file away");
  }
  looks.push_back({{"time", search::utc_now()},
                   {"model", folder.filename().string()},
                   {"results", train::test_results_json(report)}});
  write_json(path, looks);
  return looks.size();
}

// Measures the model as `hone eval` does, with its thresholds. Returns nullopt after an interrupt.
std::optional<metric::Report> measured_on_test_rows(const SearchPlan& plan, const fs::path& folder,
                                                    std::vector<metric::Metric>& metrics) {
  const QuietLog quiet;
  const tensor::Compute compute = tensor::prepare_compute(plan.train.compute);
  const eval::TrainedModel trained = eval::load_trained_model(model::ModelFolder(folder), {});
  trained.model->set_compute(compute);
  const auto task = trained.task_row->make(eval::task_options(plan.train.rows, trained.training), trained.config,
                                           task::Purpose::kUseTrained);
  const task::SplitRequest request{.rows = plan.train.rows, .test_file = plan.train.test_file};
  const auto rows = task::choose_evaluation_rows(task::read_splits(request), request, "test", *task);
  const auto examples = task->examples(
      rows.rows, "test rows", {trained.tokenizer, trained.model->vocab_size(), trained.max_length, trained.long_text});
  const auto own = task->metrics();
  metrics.assign(own.begin(), own.end());
  return train::evaluate_test_rows(*trained.model, *examples, plan.train.per_device_eval_batch_size, plan.train.seed);
}

}  // namespace

bool retrain_best(const SearchPlan& plan, const search::Study& study) {
  if (plan.settings.retrain_seeds == 0) return true;
  const InterruptGuard interrupts;
  const search::Trial& best = best_of(study);
  std::vector<SeedRun> runs = finished_runs(plan, best.number);
  const auto num_wanted = static_cast<size_t>(plan.settings.retrain_seeds);
  if (runs.size() < num_wanted) {
    log_info("training with the values of trial {} and {}", best.number,
             counted(num_wanted - runs.size(), "other seed"));
  }
  while (runs.size() < num_wanted) {
    const uint64_t seed = plan.train.seed + 1 + runs.size();
    const std::optional<SeedRun> run = trained_with(plan, best, seed);
    if (!run) return false;
    runs.push_back(*run);
    write_runs(plan, best.number, runs);
    fmt::print("seed {}: {} {:.4f}\n", seed, plan.metric.name, run->value);
    std::fflush(stdout);
  }
  fmt::print("trial {} with {}: {} {:.4f} \u00b1 {:.4f}\n", best.number, counted(runs.size(), "other seed"),
             plan.metric.name, mean_of(runs), deviation_of(runs));
  return true;
}

void check_test_rows(const SearchPlan& plan) {
  if (!plan.settings.test_best || train::has_test_rows(plan.train)) return;
  throw Error(ErrorKind::kUsage, "test_best: there are no test rows that the search does not use",
              "give --test-file, or validation rows beside those of the data set's split test");
}

void look_at_test_rows(const SearchPlan& plan, const search::Study& study) {
  if (!plan.settings.test_best) return;
  const InterruptGuard interrupts;
  const fs::path folder = chosen_model(plan, study);
  std::vector<metric::Metric> metrics;
  const std::optional<metric::Report> report = measured_on_test_rows(plan, folder, metrics);
  if (!report) return;
  const size_t look = record_look(plan, folder, *report);
  add_to_card(folder, card_section(*report, metrics, look));
  if (look > 1) {
    log_warning("this is look {} at the test rows in this search ({}); the card of the model says so", look,
                (plan.train.output_dir / kTestLooksFile).string());
  }
  fmt::print("test rows, {}:\n", folder.string());
  for (const std::string& line : train::described_test(*report, metrics)) fmt::print("{}\n", line);
  std::fflush(stdout);
}

}  // namespace hone::cli
