// Options of hone search: how to search, and all options of the trainings.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/names.h"
#include "search/names.h"
#include "train/options.h"

namespace hone::cli {

// Which trials keep their weights. The other files of every trial stay.
inline constexpr std::array<std::string_view, 3> kKeptModels = {"best", "all", "none"};

// These may also stand in the block "search" of the config file, beside "space".
struct SearchSettings {
  int64_t trials = 20;
  std::string time_budget;
  int64_t jobs = 1;
  std::string sampler{search::kSamplerNames[0]}, pruner{search::kPrunerNames[1]};
  std::string metric;
  std::string study_name = "hone";
  std::string keep_models{kKeptModels[0]};
  int64_t retrain_seeds = 0;
  bool test_best = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Search");
    visit("trials", self.trials, "trials of the study, those of earlier runs included").at_least(1);
    visit("time_budget", self.time_budget, "time after which the search stops, such as 90s, 30m or 2h30m")
        .value_name("TIME")
        .default_text("none");
    visit("jobs", self.jobs, "trials that run at the same time, each in a process with its share of the cores")
        .in_range(1, 64);
    visit("sampler", self.sampler, "how the next values are chosen").choices(choices_of(search::kSamplerNames));
    visit("pruner", self.pruner, "how bad trials are stopped early, at an evaluation")
        .choices(choices_of(search::kPrunerNames));
    visit("metric", self.metric, "metric of the evaluation rows that the search improves")
        .value_name("METRIC")
        .default_text("metric_for_best_model, or loss");
    visit("study_name", self.study_name, "name of the study in the journal");
    visit("keep_models", self.keep_models, "the trials whose weights stay").choices(choices_of(kKeptModels));
    visit("retrain_seeds", self.retrain_seeds,
          "after the last trial, train with the best values and this many other seeds: mean and standard deviation of "
          "the metric")
        .in_range(0, 100);
    visit("test_best", self.test_best,
          "after all trainings, evaluate the test rows with the best model; every look is recorded in test_looks.json");
  }
};

struct SearchOptions {
  std::filesystem::path config_file;
  std::string search;  // JSON text
  SearchSettings settings;
  train::TrainOptions train;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Search");
    visit
        .positional("config_file", self.config_file,
                    "YAML or JSON file with the options of a training, and a block "
                    "\"search\" with a \"space\" (docs/search.md)")
        .value_name("FILE")
        .config_file();
    visit("search", self.search, "the block of the config file: {\"space\": {...}, \"sampler\": ...}")
        .structured()
        .value_name("JSON");
    SearchSettings::fields(self.settings, visit);
    train::TrainOptions::fields(self.train, visit);
  }
};

}  // namespace hone::cli
