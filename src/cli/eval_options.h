// Options of hone eval.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "cli/trained_model_options.h"
#include "task/names.h"
#include "task/options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct EvalOptions {
  TrainedModelOptions model;
  std::string task;
  task::RowOptions rows;
  task::SampleOptions sample;
  std::string split;
  int64_t per_device_eval_batch_size = 32;
  std::optional<uint64_t> seed;
  task::WindowOptions windows;
  task::PromptOptions prompt;
  task::Seq2SeqOptions seq2seq;
  std::filesystem::path beside;
  std::optional<double> label_smoothing_factor;
  std::optional<double> confidence;
  int64_t num_resamples = 1000;
  tensor::ComputeOptions compute;
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    TrainedModelOptions::fields(self.model, visit);
    visit("task", self.task,
          "ask a language model as it is: causal-lm measures how well it predicts the texts, prompt-classification how "
          "well it labels them with a prompt; contrastive: a folder of another task as a model of vectors")
        .choices(choices_of(task::kEvaluatedTaskNames))
        .default_text("the one that the model was trained for");
    task::RowOptions::fields(self.rows, visit);
    visit("split", self.split, "split of the data set to evaluate on")
        .value_name("NAME")
        .default_text("the first that exists of validation, test, train");
    task::SampleOptions::fields(self.sample, visit);
    visit("seed", self.seed, "seed with which validation_split held rows out, and of the resamples of confidence")
        .default_text("that of the training");
    visit("label_smoothing_factor", self.label_smoothing_factor, "label smoothing of the loss")
        .in_range(0, 1)
        .default_text("that of the training");
    visit("confidence", self.confidence,
          "adds a bootstrap confidence interval to each metric, such as 0.95: the share of resamples inside it")
        .in_range(0.5, 0.9999)
        .default_text("no intervals");
    visit("num_resamples", self.num_resamples, "resamples of the rows for the confidence intervals")
        .in_range(10, 100000);
    visit(
        "beside", self.beside,
        "folder of another trained classifier, which is evaluated on the same rows: both in one table, with McNemar's "
        "test")
        .value_name("DIR");
    task::Seq2SeqOptions::fields(self.seq2seq, visit);
    visit.group("Language models");
    task::WindowOptions::fields(self.windows, visit);
    task::PromptOptions::fields(self.prompt, visit);
    visit.group("Machine and output");
    visit("per_device_eval_batch_size", self.per_device_eval_batch_size, "rows of a batch").at_least(1);
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("json", self.json, "write one JSON object instead of a table");
  }
};

}  // namespace hone::cli
