// Options of hone data labels.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/label_errors.h"
#include "tensor/compute_options.h"

namespace hone::cli {

// The models that predict the rows: one for each fold, trained on the other folds.
struct FoldOptions {
  std::filesystem::path model_name_or_path;
  int64_t folds = 5;
  double num_train_epochs = 2;
  double learning_rate = 1e-4;
  int64_t per_device_train_batch_size = 32;
  int64_t max_seq_length = 128;
  uint64_t seed = 42;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Out-of-fold predictions");
    visit("model_name_or_path", self.model_name_or_path,
          "folder of the model that is fine-tuned for each fold; one that was not trained on these rows")
        .alias("model")
        .value_name("DIR")
        .default_text("none; --probabilities is given");
    visit("folds", self.folds, "parts of the rows; a model trained on the others predicts each").in_range(2, 100);
    visit("num_train_epochs", self.num_train_epochs, "passes over the training rows of a fold").above(0);
    visit("learning_rate", self.learning_rate, "peak learning rate").at_least(0);
    visit("per_device_train_batch_size", self.per_device_train_batch_size, "rows in a batch").at_least(1);
    visit("max_seq_length", self.max_seq_length, "tokens of a row at most; longer texts are truncated").at_least(2);
    visit("seed", self.seed, "seed of the folds, of new weights, row order and dropout");
  }
};

struct DataLabelsOptions {
  data::LabelErrorOptions errors;
  FoldOptions folds;
  std::filesystem::path work_dir, html;
  tensor::ComputeOptions compute;
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    data::LabelErrorOptions::fields(self.errors, visit);
    FoldOptions::fields(self.folds, visit);
    visit("work_dir", self.work_dir,
          "folder that keeps the predictions of finished folds, so that the same command resumes after an interrupt")
        .value_name("DIR")
        .default_text("the output with .folds; label_folds without an output");
    visit.group("Machine and terminal");
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("html", self.html, "file for a page on which you keep or change the doubtful labels one by one")
        .value_name("FILE");
    visit("json", self.json, "write one JSON object instead of text");
  }
};

}  // namespace hone::cli
