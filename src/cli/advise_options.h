// Options of hone advise: the folder of a run, or what a training shall begin with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "task/names.h"
#include "task/options.h"
#include "tensor/compute_options.h"
#include "train/options.h"

namespace hone::cli {

struct AdviseOptions {
  std::filesystem::path run;
  std::optional<std::string> language;
  bool json = false;
  std::filesystem::path model_name_or_path, base_model;
  std::vector<std::string> models;
  std::filesystem::path output_dir = "trainer_output";
  std::filesystem::path apply;
  bool overwrite = false;
  double measure_seconds = 30;
  std::string memory;
  task::RowOptions rows;
  std::vector<std::string> train_file, validation_file, test_file;
  std::optional<std::string> task;
  std::string id2label;
  task::SampleOptions sample;
  std::optional<int64_t> max_train_samples;
  tensor::ComputeOptions compute;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("run", self.run, "folder of a run, finished or running: the --output-dir of its training")
        .value_name("RUN");
    visit("language", self.language, "language of the sentences")
        .choices({"en", "zh"})
        .default_text("that of the environment");
    visit("json", self.json, "write one JSON object, with the sentences in both languages");
    before_fields(self, visit);
    row_fields(self, visit);
    visit.group("Machine");
    tensor::ComputeOptions::fields(self.compute, visit);
  }

 private:
  template <typename Self, typename Visitor>
  static void before_fields(Self& self, Visitor& visit) {
    visit.group("Before a training");
    visit("model_name_or_path", self.model_name_or_path,
          "instead of RUN: folder of the model to start from, for advice on a training with the rows of --dataset")
        .alias("model")
        .value_name("DIR");
    visit("base_model", self.base_model, "folder of the base model, if --model is an adapter that names another place")
        .value_name("DIR");
    visit("models", self.models, "folders of other models, to compare their vocabularies on the rows")
        .value_name("DIR,...")
        .paths();
    visit("apply", self.apply, "write the advised values as a recipe for hone train --config").value_name("FILE.yaml");
    visit("overwrite", self.overwrite, "replace the file of --apply if it exists");
    visit("output_dir", self.output_dir, "folder of the training, for the recipe and the command").value_name("DIR");
    visit("measure_seconds", self.measure_seconds,
          "seconds for real training steps of typical batches, in each of three ways to train; at least one step is "
          "run; 0: measure nothing")
        .at_least(0);
    visit("memory", self.memory, "memory that the training may take").value_name("SIZE").default_text("what is free");
  }

  template <typename Self, typename Visitor>
  static void row_fields(Self& self, Visitor& visit) {
    task::RowOptions::fields(self.rows, visit);
    train::split_fields(self, visit);
    task::SampleOptions::fields(self.sample, visit);
    visit("max_train_samples", self.max_train_samples, "train on this many rows: the first ones").at_least(1);
  }
};

}  // namespace hone::cli
