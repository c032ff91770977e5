#include "cli/search_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <cstdio>

#include "base/files.h"
#include "base/log.h"
#include "cli/search_final.h"
#include "search/report.h"

namespace hone::cli {

namespace fs = std::filesystem;

namespace {

// A damaged file only costs the comparison.
std::optional<search::TrialResults> results_of(const SearchPlan& plan, const search::Trial& trial) {
  const fs::path path = plan.comparison_of(trial.number);
  if (!fs::exists(path)) return std::nullopt;
  try {
    return search::TrialResults::read(read_json(path));
  } catch (const Error& error) {
    log_warning("trial {} is not compared: {}", trial.number, error.what());
    return std::nullopt;
  }
}

Json json_or_null(const fs::path& path) { return fs::exists(path) ? read_json(path) : Json(); }

}  // namespace

void report_search(const SearchPlan& plan, const search::Study& study, bool prints) {
  search::SearchReport report =
      search::make_report(study, plan.space, std::string(plan.metric.name),
                          [&](const search::Trial& trial) { return results_of(plan, trial); });
  const fs::path& folder = plan.train.output_dir;
  report.retrained = json_or_null(folder / kRetrainedFile);
  report.test = json_or_null(folder / kTestLooksFile);
  write_json(folder / kReportFile, search::report_json(report));
  write_file(folder / kPageFile, search::report_page(report));
  if (!prints) return;
  fmt::print("{}", search::report_text(report));
  std::fflush(stdout);
}

}  // namespace hone::cli
