#include "cli/search_trials.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "base/error.h"
#include "base/files.h"
#include "base/host.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/quiet_log.h"
#include "cli/metric_observer.h"
#include "eval/evaluate.h"
#include "search/journal.h"
#include "search/report.h"
#include "train/checkpoint.h"
#include "train/run.h"

namespace hone::cli {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxFailuresInARow = 3;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Reports the evaluations of a training to the study, and stops it if the pruner or the time demands.
class TrialObserver : public MetricObserver {
 public:
  TrialObserver(const SearchPlan& plan, search::Session& session, int64_t trial, Clock::time_point start)
      : MetricObserver(plan.metric), session_(session), trial_(trial) {
    if (plan.time_budget) deadline_ = start + *plan.time_budget;
  }

  // The number of the evaluation is the step of the study: trials with other batches or epochs stay comparable.
  void evaluated(const metric::Report& report, const train::RunState& state, const train::BestSoFar& best) override {
    MetricObserver::evaluated(report, state, best);
    const auto number = static_cast<int64_t>(evaluations().size());
    prunes_ = session_.report(trial_, number, evaluations().back().value) || prunes_;
  }
  bool wants_stop() override { return deadline_ && Clock::now() > *deadline_; }
  bool abandons() override { return prunes_; }

 private:
  search::Session& session_;
  int64_t trial_;
  std::optional<Clock::time_point> deadline_;
  bool prunes_ = false;
};

// Writes what the report needs to compare the trial with others on the same rows. The loss is compared by its part that
// all models have in common, log_loss.
void write_comparison(const SearchPlan& plan, int64_t trial, const model::Model& model, const task::Examples& rows) {
  const auto evaluated = eval::evaluate(model, rows,
                                        {.batch_size = plan.train.per_device_eval_batch_size,
                                         .paired = metric::BootstrapOptions{.seed = plan.train.seed},
                                         .keep_going = [] { return pending_interrupt() == 0; }});
  if (!evaluated || !evaluated->paired) return;
  const std::string_view wanted = plan.metric.name == metric::kLoss.name ? "log_loss" : plan.metric.name;
  const auto& values = evaluated->report.values;
  const auto found =
      std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first == wanted; });
  if (found == values.end()) return;
  search::TrialResults results{{}, evaluated->paired->right};
  for (const std::vector<double>& resample : evaluated->paired->resamples) {
    results.resamples.push_back(resample[static_cast<size_t>(found - values.begin())]);
  }
  const fs::path path = plan.comparison_of(trial);
  make_folders(path.parent_path());
  write_json(path, results.json());
}

void remove_weights(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths = {folder / train::weights_file(folder)};
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with("checkpoint-")) paths.push_back(entry.path());
  }
  for (const fs::path& path : paths) fs::remove_all(path, error);
}

// The output of frozen layers, which the trials of this process share.
class SharedPrefixes {
 public:
  explicit SharedPrefixes(const fs::path& output_dir)
      : folder_(output_dir / fmt::format("{}{}-{}", kStart, host_name(), getpid())) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(output_dir, error)) {
      if (is_abandoned(entry.path().filename().string())) fs::remove_all(entry.path(), error);
    }
  }
  ~SharedPrefixes() {
    std::error_code error;
    fs::remove_all(folder_, error);
  }
  SharedPrefixes(const SharedPrefixes&) = delete;
  SharedPrefixes& operator=(const SharedPrefixes&) = delete;

  // Trials that freeze the same layers have the same folder. Other options may change the values too; the files say
  // what they are of.
  fs::path folder_of(const search::Parameters& parameters) const {
    const auto freeze = parameters.find("freeze");
    const fs::path folder = folder_ / fmt::format("{}", freeze == parameters.end() ? 0 : freeze->second.value);
    make_folders(folder);
    return folder;
  }

 private:
  static constexpr std::string_view kStart = "frozen-";

  // Returns whether the folder is of a process of this host that was killed.
  static bool is_abandoned(const std::string& name) {
    const std::string start = fmt::format("{}{}-", kStart, host_name());
    if (!name.starts_with(start)) return false;
    const int64_t process = std::strtoll(name.c_str() + start.size(), nullptr, 10);
    return process > 0 && kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
  }

  fs::path folder_;
};

class TrialRunner {
 public:
  TrialRunner(const SearchPlan& plan, Clock::time_point start)
      : plan_(plan),
        start_(start),
        journal_(plan.journal()),
        session_(journal_, plan.space, plan.session_options()),
        prefixes_(plan.train.output_dir) {}

  void run() {
    while (pending_interrupt() == 0 && !is_time_over()) {
      const std::optional<search::AskedTrial> trial = session_.ask();
      if (!trial) return;
      run(*trial);
    }
  }

 private:
  bool is_time_over() const { return plan_.time_budget && Clock::now() - start_ > *plan_.time_budget; }

  train::TrainOptions options_of(const search::AskedTrial& trial) const {
    train::TrainOptions options = plan_.options_of(trial.parameters, plan_.folder_of(trial.number));
    if (trial.is_resumed && has_checkpoint(options.output_dir)) {
      options.resume_from_checkpoint = "true";
    } else if (trial.is_resumed) {
      options.overwrite_output_dir = fs::exists(options.output_dir);
    }
    return options;
  }

  void run(const search::AskedTrial& trial) {
    const Clock::time_point start = Clock::now();
    if (trial.is_resumed) {
      log_info("trial {}: its process ended before it; {}", trial.number,
               has_checkpoint(plan_.folder_of(trial.number)) ? "it resumes from its checkpoint" : "it starts again");
    }
    TrialObserver observer(plan_, session_, trial.id, start_);
    const train::RunHooks hooks{&observer, prefixes_.folder_of(trial.parameters), &known_features_,
                                [&](const model::Model& model, const task::Examples* evaluation) {
                                  if (evaluation != nullptr) write_comparison(plan_, trial.number, model, *evaluation);
                                }};
    try {
      const train::TrainOptions options = options_of(trial);
      train::RunEnd end{};
      {
        // What trainings say of rows and model is the same for each.
        const QuietLog quiet(is_first_ ? LogLevel::kWarning : LogLevel::kError);
        end = train::run_training(options, plan_.given, hooks);
      }
      is_first_ = false;
      num_failures_ = 0;
      finish(trial, end, observer, options, seconds_since(start));
    } catch (const Error& error) {
      fail(trial, error);
    } catch (const std::exception& error) {  // such as too little memory: the next start must not try it again
      session_.fail(trial.id, error.what());
      throw;
    }
  }

  void finish(const search::AskedTrial& trial, train::RunEnd end, const TrialObserver& observer,
              const train::TrainOptions& options, double seconds) {
    if (end == train::RunEnd::kAbandoned) {
      session_.prune(trial.id);
      remove_weights(options.output_dir);
      return print_line(trial, "pruned", seconds);
    }
    if (end != train::RunEnd::kFinished && end != train::RunEnd::kStoppedEarly) {
      return log_info("trial {} stopped; the same command resumes it", trial.number);
    }
    const double value = observer.value(options.load_best_model_at_end);
    session_.complete(trial.id, value);
    print_line(trial, fmt::format("{} {:.4f}", plan_.metric.name, value), seconds);
    keep_models();
  }

  // A wrong option or value may be one trial's own; several in a row are the search's.
  void fail(const search::AskedTrial& trial, const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw error;
    session_.fail(trial.id, error.what());
    const std::string hint = error.hint().empty() ? "" : fmt::format(" ({})", error.hint());
    log_warning("trial {} failed: {}{}", trial.number, error.what(), hint);
    if (++num_failures_ < kMaxFailuresInARow && error.kind() != ErrorKind::kIo) return;
    throw Error(error.kind(), error.what(), error.hint());
  }

  void print_line(const search::AskedTrial& trial, const std::string& result, double seconds) {
    const search::Trial* const best = search::best_trial(session_.study());
    const std::string best_text =
        best == nullptr ? "" : fmt::format(" (best {:.4f}, trial {})", *best->value, best->number);
    const ProgressPause pause;
    fmt::print("trial {:>3} of {}: {}{}, {}  {}\n", trial.number, plan_.settings.trials, result, best_text,
               format_duration(seconds), plan_.space.described(trial.parameters));
    std::fflush(stdout);
  }

  // A trial that is not the best now will never be.
  void keep_models() {
    if (plan_.settings.keep_models == "all") return;
    const search::Study& study = session_.study();
    const search::Trial* const best = plan_.settings.keep_models == "best" ? search::best_trial(study) : nullptr;
    for (const search::Trial& trial : study.trials) {
      const bool is_done = trial.state == search::TrialState::kComplete;
      if (is_done && &trial != best) remove_weights(plan_.folder_of(trial.number));
    }
  }

  const SearchPlan& plan_;
  Clock::time_point start_;
  search::Journal journal_;
  search::Session session_;
  SharedPrefixes prefixes_;
  task::KnownFeatures known_features_;
  bool is_first_ = true;
  int num_failures_ = 0;
};

}  // namespace

bool has_checkpoint(const fs::path& folder) {
  return fs::is_directory(folder) && train::newest_whole_checkpoint(folder).has_value();
}

void run_trials(const SearchPlan& plan, Clock::time_point start) {
  const InterruptGuard interrupts;
  TrialRunner(plan, start).run();
}

}  // namespace hone::cli
