// What all workers of a search share, checked before the first trial.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/search_options.h"
#include "metric/report.h"
#include "options/given.h"
#include "search/session.h"

namespace hone::cli {

// In the output folder.
inline constexpr const char* kJournalFile = "journal.log";

struct SearchPlan {
  SearchSettings settings;
  train::TrainOptions train;
  std::vector<options::GivenOption> given;  // options of the trainings, the searched ones included
  search::Space space;
  metric::Metric metric;
  std::optional<std::chrono::seconds> time_budget;

  std::filesystem::path journal() const { return train.output_dir / kJournalFile; }
  std::filesystem::path folder_of(int64_t trial) const;      // "trial-0003"
  std::filesystem::path comparison_of(int64_t trial) const;  // "comparisons/trial-0003.json"
  // Returns the options of a training with these values; it does not look at test rows.
  train::TrainOptions options_of(const search::Parameters& parameters, const std::filesystem::path& folder) const;
  search::SessionOptions session_options() const;
};

// Reads the block "search", and checks it and the trainings' options. Errors (kUsage): no space, an unknown key, a
// space over options that a trial cannot change; a metric without a direction; trainings without evaluations.
SearchPlan make_search_plan(const options::Parsed<SearchOptions>& parsed);

// Returns the seconds of "90", "90s", "30m", "2h" or "2h30m". Errors (kUsage): another text.
std::optional<std::chrono::seconds> parse_time_budget(const std::string& text);

}  // namespace hone::cli
