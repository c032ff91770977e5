// hone search: trains with many values of options, and reports which are best.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/machine.h"
#include "cli/library.h"
#include "cli/report.h"
#include "cli/search_final.h"
#include "cli/search_report.h"
#include "cli/search_trials.h"
#include "search/journal.h"

namespace hone::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenLooks{50};

// Gives each of several processes its share of the cores.
void share_cores(SearchPlan& plan) {
  if (plan.settings.jobs == 1 || plan.train.compute.num_threads != 0) return;
  const int64_t cores = this_machine().num_useful_threads();
  plan.train.compute.num_threads = std::max<int64_t>(1, cores / plan.settings.jobs);
}

// Throws if the folder holds something other than a study. Makes it if it is missing.
void prepare_folder(const SearchPlan& plan) {
  const std::filesystem::path& folder = plan.train.output_dir;
  if (std::filesystem::exists(folder) && !std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir: {} is not a folder", folder.string()),
                "name another --output-dir");
  }
  make_folders(folder);
  if (std::filesystem::exists(plan.journal()) || std::filesystem::is_empty(folder)) return;
  throw Error(ErrorKind::kUsage, fmt::format("output_dir: {} holds files, but no study", folder.string()),
              "name a new folder with --output-dir");
}

// Runs the trials in this many processes, which share the journal. This process has no threads yet, so it may fork.
// Returns the largest exit code.
int run_workers(const SearchPlan& plan, Clock::time_point start) {
  std::vector<pid_t> workers;
  for (int64_t job = 0; job < plan.settings.jobs; ++job) {
    const pid_t worker = fork();
    if (worker < 0) throw Error(ErrorKind::kIo, "cannot start a process for --jobs", "give fewer jobs");
    if (worker == 0) {
      setpgid(0, 0);  // Ctrl-C reaches this process only through its parent, once
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      _exit(report_errors([&] {
        run_trials(plan, start);
        return 0;
      }));
    }
    workers.push_back(worker);
  }
  const InterruptGuard interrupts;
  int worst = 0;
  bool is_asked = false;
  for (const pid_t worker : workers) {
    int status = 0;
    while (waitpid(worker, &status, WNOHANG) == 0) {
      if (pending_interrupt() != 0 && !is_asked) {
        for (const pid_t each : workers) kill(each, pending_interrupt());
        is_asked = true;
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (WIFSIGNALED(status)) log_warning("a process of --jobs died of signal {}", WTERMSIG(status));
    worst = std::max(worst, code);
  }
  return worst;
}

// Returns whether no trial is left, so that the best one is known.
bool is_complete(const SearchPlan& plan, const search::Study& study) {
  int64_t num_done = 0;
  for (const search::Trial& trial : study.trials) {
    if (trial.state == search::TrialState::kRunning) return false;
    num_done += trial.state == search::TrialState::kComplete || trial.state == search::TrialState::kPruned ? 1 : 0;
  }
  if (plan.settings.sampler != "grid") return num_done >= plan.settings.trials;
  const auto num_failed = std::count_if(study.trials.begin(), study.trials.end(), [](const search::Trial& trial) {
    return trial.state == search::TrialState::kFail;
  });
  const auto num_points = static_cast<int64_t>(plan.space.grid().size());
  return num_done >= std::min(plan.settings.trials, num_points - num_failed);
}

// Trains with other seeds and looks at the test rows. Returns the signal that interrupted it, or 0.
int finish(const SearchPlan& plan, const search::Study& study) {
  if (plan.settings.retrain_seeds == 0 && !plan.settings.test_best) return 0;
  const InterruptGuard interrupts;
  if (retrain_best(plan, study)) look_at_test_rows(plan, study);
  report_search(plan, study, /*prints=*/false);
  return pending_interrupt();
}

}  // namespace

int run_search(const options::Parsed<SearchOptions>& parsed) {
  const Clock::time_point start = Clock::now();
  SearchPlan plan = make_search_plan(parsed);
  check_test_rows(plan);
  share_cores(plan);
  prepare_folder(plan);
  int code = 0;
  int interrupt = 0;
  {
    const InterruptGuard interrupts;
    if (plan.settings.jobs > 1) {
      code = run_workers(plan, start);
    } else {
      run_trials(plan, start);
    }
    interrupt = pending_interrupt();
  }
  const search::Journal journal(plan.journal());
  const search::Study* const study = journal.replay().find(plan.settings.study_name);
  if (study == nullptr) return interrupt != 0 ? 128 + interrupt : code;
  report_search(plan, *study, /*prints=*/true);
  if (interrupt == 0 && code == 0 && is_complete(plan, *study)) interrupt = finish(plan, *study);
  const bool has_failed = is_complete(plan, *study) && search::best_trial(*study) == nullptr;
  if (interrupt == 0 && code == 0 && has_failed) code = 1;
  log_info("report    {} and {}", (plan.train.output_dir / kPageFile).string(), kReportFile);
  return interrupt != 0 ? 128 + interrupt : code;
}

}  // namespace hone::cli
