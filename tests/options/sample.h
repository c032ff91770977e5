// An options struct with every type, as a command declares it; it contains a group that two commands share.
#pragma once

#include "options/parse.h"

namespace hone::options {

struct SampleData {
  std::vector<std::string> train_file;
  std::optional<std::string> text_column;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Data");
    visit("train_file", self.train_file, "files to train on").value_name("FILES").paths();
    visit("text_column", self.text_column, "the column that holds the text").default_text("found by its name");
  }
};

struct SampleOptions {
  std::string model_name_or_path;
  SampleData data;
  double learning_rate = 5e-5;
  std::string lr_scheduler_type = "linear";
  std::optional<double> warmup_ratio;
  int64_t max_steps = -1;
  uint64_t seed = 42;
  bool load_best_model_at_end = false;
  std::string eval_strategy = "no";
  std::string device = "auto";
  std::optional<bool> greater_is_better;
  std::filesystem::path output_dir;
  std::string id2label;
  std::vector<std::string> text;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of the model to start from")
        .required()
        .alias("model")
        .value_name("DIR");
    visit("id2label", self.id2label, "names of the classes").structured();
    SampleData::fields(self.data, visit);
    visit.group("Training");
    visit("learning_rate", self.learning_rate, "peak learning rate").at_least(0);
    visit("lr_scheduler_type", self.lr_scheduler_type, "how the learning rate falls")
        .choices({"linear", "cosine"})
        .old_choice("lineal", "linear");
    visit("warmup_ratio", self.warmup_ratio, "part of the run that warms up").in_range(0, 1);
    visit("max_steps", self.max_steps, "steps in all, -1 for as many as the epochs have").at_least(-1);
    visit("seed", self.seed, "seed of all random numbers").old_name("random_seed");
    visit("load_best_model_at_end", self.load_best_model_at_end, "end with the best model");
    visit("eval_strategy", self.eval_strategy, "when to evaluate").choices({"no", "steps", "epoch"});
    visit("device", self.device, "where to compute").choices({"auto", "cpu", "cuda"});
    visit("greater_is_better", self.greater_is_better, "whether the metric is to grow");
    visit("output_dir", self.output_dir, "folder to write to").value_name("DIR");
    visit.positional("text", self.text, "texts to look at").value_name("TEXT");
  }
};

}  // namespace hone::options
