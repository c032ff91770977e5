// Options of hone average.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "task/options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct AverageOptions {
  std::vector<std::string> models;
  std::filesystem::path output_dir;
  std::vector<std::string> weights;
  bool greedy = false;
  std::string metric_for_best_model = "loss";
  task::RowOptions rows;
  std::string split;
  task::SampleOptions sample;
  std::optional<uint64_t> seed;
  int64_t per_device_eval_batch_size = 32;
  tensor::ComputeOptions compute;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Models");
    visit
        .positional("models", self.models,
                    "folders of models that were fine-tuned from the same model for the same labels, such as the "
                    "checkpoints of a run")
        .required()
        .not_split()
        .paths()
        .value_name("DIR");
    visit("output_dir", self.output_dir, "folder for the average, in Hugging Face's format")
        .required()
        .value_name("DIR");
    visit("weights", self.weights, "weight of each model, in their order").value_name("W,...").default_text("all 1");
    visit.group("Greedy soup");
    visit("greedy", self.greedy,
          "begin with the best model, and add each other one if the average does not become worse on the rows");
    visit("metric_for_best_model", self.metric_for_best_model, "metric that decides what is better, such as accuracy")
        .value_name("METRIC");
    task::RowOptions::fields(self.rows, visit);
    visit("split", self.split, "split of the data set to evaluate on")
        .value_name("NAME")
        .default_text("the first that exists of validation, test, train");
    task::SampleOptions::fields(self.sample, visit);
    visit("seed", self.seed, "seed with which validation_split held rows out").default_text("that of the training");
    visit.group("Machine");
    visit("per_device_eval_batch_size", self.per_device_eval_batch_size, "rows of a batch").at_least(1);
    tensor::ComputeOptions::fields(self.compute, visit);
  }
};

}  // namespace hone::cli
