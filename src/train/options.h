// The options of `hone train`. Options of HF's TrainingArguments and example scripts have the same names and defaults.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "corpus/noise_options.h"
#include "task/language_options.h"
#include "task/names.h"
#include "task/options.h"
#include "tensor/compute_options.h"
#include "train/adapter_options.h"
#include "train/names.h"
#include "train/range_test_options.h"

namespace hone::train {

// The fields of the files of each split, the task and the labels, for every command that reads the rows of a training.
template <typename Self, typename Visitor>
void split_fields(Self& self, Visitor& visit) {
  visit("train_file", self.train_file, "files with the training rows, instead of those of --dataset")
      .value_name("FILE,...")
      .paths();
  visit("validation_file", self.validation_file, "files with the validation rows").value_name("FILE,...").paths();
  visit("test_file", self.test_file, "files with the test rows").value_name("FILE,...").paths();
  visit("task", self.task, "what the model is trained for")
      .choices(choices_of(task::kTrainedTaskNames))
      .default_text("that of the model or the one that the label column suggests");
  visit("id2label", self.id2label, "names of the labels by id: NEGATIVE,POSITIVE or a JSON object")
      .structured()
      .value_name("NAME,...")
      .default_text("found in the rows");
}

struct TrainOptions {
  std::filesystem::path model_name_or_path, base_model;
  std::vector<std::string> config_overrides;
  bool ignore_mismatched_sizes = false;
  bool resize_embeddings = false;
  task::RowOptions rows;
  std::vector<std::string> train_file, validation_file, test_file;
  std::optional<std::string> task;
  std::string id2label;
  std::optional<int64_t> num_labels;
  task::SampleOptions sample;
  std::optional<int64_t> max_train_samples;
  int64_t max_seq_length = 128;
  task::LongText long_text;
  task::Seq2SeqOptions seq2seq;
  bool pad_to_max_length = false;
  task::RunningTextOptions text;
  corpus::MaskingOptions masking;
  corpus::NoiseOptions noise;

  std::filesystem::path output_dir = "trainer_output";
  bool overwrite_output_dir = false;
  std::string resume_from_checkpoint;

  double num_train_epochs = 3;
  int64_t max_steps = -1;
  int64_t stop_after_steps = 0;
  int64_t per_device_train_batch_size = 8;
  int64_t gradient_accumulation_steps = 1;
  bool group_by_length = false;
  bool dataloader_drop_last = false;
  uint64_t seed = 42;
  std::optional<uint64_t> data_seed;

  std::string optim = "adamw";
  double learning_rate = 5e-5;
  double weight_decay = 0;
  double layerwise_lr_decay = 1;
  std::optional<double> head_learning_rate;
  std::optional<double> momentum;
  std::optional<bool> nesterov;
  double adam_beta1 = 0.9, adam_beta2 = 0.999, adam_epsilon = 1e-8;
  double max_grad_norm = 1.0;
  std::optional<double> ema_decay;
  std::string lr_scheduler_type = "linear";
  std::string lr_scheduler_kwargs;
  double warmup_steps = 0;
  std::optional<double> warmup_ratio;
  double label_smoothing_factor = 0;
  double focal_gamma = 0;
  std::vector<std::string> class_weights;
  std::string regression_loss = "mse";
  bool standardize = false;
  task::ContrastiveTaskOptions contrastive;
  std::string calibrate = "none";
  bool test_at_end = true;
  bool label_all_tokens = false;

  RangeTestOptions range_test;
  AdapterOptions adapter;

  std::vector<std::string> freeze;
  std::vector<std::string> unfreeze_schedule;
  std::string frozen_mode{kFrozenEvaluates};
  std::string cache_budget = "auto";

  double logging_steps = 500;
  std::string log_style{kLogSteps};
  std::filesystem::path json_log;
  std::vector<std::string> report_to = {"none"};
  std::filesystem::path logging_dir;
  std::string eval_strategy = "no";
  std::optional<double> eval_steps;
  int64_t per_device_eval_batch_size = 8;
  std::string save_strategy = "steps";
  double save_steps = 500;
  std::optional<int64_t> save_total_limit;
  bool load_best_model_at_end = false;
  std::string metric_for_best_model;
  std::optional<bool> greater_is_better;
  std::optional<int64_t> early_stopping_patience;
  double early_stopping_threshold = 0;

  tensor::ComputeOptions compute;
  bool gradient_checkpointing = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    model_fields(self, visit);
    task::RowOptions::fields(self.rows, visit);
    row_fields(self, visit);
    task::RunningTextOptions::fields(self.text, visit);
    corpus::MaskingOptions::fields(self.masking, visit);
    corpus::NoiseOptions::fields(self.noise, visit);
    task::Seq2SeqOptions::fields(self.seq2seq, visit);
    visit("validation_target_file", self.seq2seq.validation_target_file,
          "text files whose lines are the targets of the lines of the validation files")
        .paths()
        .value_name("FILE,...");
    task::ContrastiveTaskOptions::fields(self.contrastive, visit);
    output_fields(self, visit);
    length_fields(self, visit);
    optimizer_fields(self, visit);
    RangeTestOptions::fields(self.range_test, visit);
    AdapterOptions::fields(self.adapter, visit);
    frozen_fields(self, visit);
    logging_fields(self, visit);
    best_model_fields(self, visit);
    visit.group("Machine");
    tensor::ComputeOptions::fields(self.compute, visit);
    visit("gradient_checkpointing", self.gradient_checkpointing,
          "keep only each layer's input and compute the layer again for backward: less memory, a third more time");
  }

 private:
  template <typename Self, typename Visitor>
  static void model_fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of the model to start from, in Hugging Face's format")
        .required()
        .alias("model")
        .free_to_change()
        .value_name("DIR");
    visit("base_model", self.base_model, "folder of the base model, if --model is an adapter that names another place")
        .free_to_change()
        .value_name("DIR");
    visit("config_overrides", self.config_overrides,
          "values that replace those of config.json, such as hidden_dropout_prob=0")
        .value_name("KEY=VALUE,...");
    visit("ignore_mismatched_sizes", self.ignore_mismatched_sizes,
          "start with a new head if the saved one has another number of labels");
    visit("resize_embeddings", self.resize_embeddings,
          "add rows to the word embedding for tokens that were added to the tokenizer");
  }

  template <typename Self, typename Visitor>
  static void row_fields(Self& self, Visitor& visit) {
    split_fields(self, visit);
    visit("num_labels", self.num_labels, "number of labels").at_least(2).default_text("found in the rows");
    task::SampleOptions::fields(self.sample, visit);
    visit("max_train_samples", self.max_train_samples, "train on this many rows: the first ones").at_least(1);
    visit("max_seq_length", self.max_seq_length,
          "tokens of a row at most, special tokens included; --long-text says what is read of a longer row")
        .alias("max_source_length")
        .at_least(2);
    task::LongText::fields(self.long_text, visit);
    visit("pad_to_max_length", self.pad_to_max_length,
          "accepted for Hugging Face's scripts; hone computes no padding, so it changes neither results nor speed");
  }

  template <typename Self, typename Visitor>
  static void output_fields(Self& self, Visitor& visit) {
    visit.group("Output");
    visit("output_dir", self.output_dir, "folder for the final model, with the checkpoints inside")
        .value_name("DIR")
        .free_to_change();
    visit("overwrite_output_dir", self.overwrite_output_dir, "replace the run or model that output_dir holds")
        .free_to_change();
    visit("resume_from_checkpoint", self.resume_from_checkpoint,
          "resume from this checkpoint folder; true: from the newest whole one in output_dir")
        .value_name("DIR|true")
        .paths()
        .free_to_change();
  }

  template <typename Self, typename Visitor>
  static void length_fields(Self& self, Visitor& visit) {
    visit.group("Length of the run");
    visit("num_train_epochs", self.num_train_epochs, "passes over the training rows").above(0);
    visit("max_steps", self.max_steps, "optimizer steps; takes precedence over num_train_epochs; -1: by epochs")
        .at_least(-1);
    visit("stop_after_steps", self.stop_after_steps,
          "save a checkpoint and stop after this step, to resume later; the schedule stays the same; 0: never")
        .at_least(0)
        .free_to_change();
    visit("per_device_train_batch_size", self.per_device_train_batch_size, "rows in a micro-batch")
        .at_least(1)
        .old_name("per_gpu_train_batch_size");
    visit("gradient_accumulation_steps", self.gradient_accumulation_steps, "micro-batches in a step")
        .in_range(1, 65536);
    visit("group_by_length", self.group_by_length,
          "make batches of rows of similar length, in the order of HF's Trainer");
    visit("dataloader_drop_last", self.dataloader_drop_last, "skip the last batch of an epoch if it is smaller");
    visit("seed", self.seed, "seed of new weights, row order, held-out rows and dropout");
    visit("data_seed", self.data_seed, "seed of the row order").default_text("the seed");
  }

  template <typename Self, typename Visitor>
  static void optimizer_fields(Self& self, Visitor& visit) {
    visit.group("Optimizer");
    visit("optim", self.optim, "optimizer")
        .choices(choices_of(kOptimizerNames))
        .old_choice("adamw_torch", "adamw")
        .old_choice("adamw_torch_fused", "adamw")
        .old_choice("adamw_hf", "adamw")
        .old_choice("lion_32bit", "lion");
    visit("learning_rate", self.learning_rate, "peak learning rate").at_least(0);
    visit(
        "layerwise_lr_decay", self.layerwise_lr_decay,
        "factor of the learning rate for each layer below the head: the last layer learns with it once, the embeddings "
        "most often")
        .above(0)
        .at_most(1);
    visit("head_learning_rate", self.head_learning_rate, "peak learning rate of the head's own parameters")
        .at_least(0)
        .default_text("learning_rate");
    visit("weight_decay", self.weight_decay, "weight decay of all weights but biases and norms").at_least(0);
    visit("adam_beta1", self.adam_beta1, "decay of Adam's running mean; of Lion's in the step").in_range(0, 1);
    visit("adam_beta2", self.adam_beta2, "decay of Adam's running mean square; of Lion's running mean").in_range(0, 1);
    visit("adam_epsilon", self.adam_epsilon, "added to Adam's denominator").at_least(0);
    visit("momentum", self.momentum, "momentum of sgd and muon").in_range(0, 1).default_text("0 of sgd, 0.95 of muon");
    visit("nesterov", self.nesterov, "Nesterov's momentum, of sgd and muon").default_text("false of sgd, true of muon");
    visit("max_grad_norm", self.max_grad_norm, "clip gradients to this norm; 0: never").at_least(0);
    visit(
        "ema_decay", self.ema_decay,
        "evaluate and save the exponential moving average of the weights, with this decay for each step, such as 0.999")
        .in_range(0, 1)
        .default_text("no average");
    visit("lr_scheduler_type", self.lr_scheduler_type, "learning-rate schedule after the warm-up")
        .choices(choices_of(kScheduleNames))
        .old_choice("wsd", "warmup_stable_decay");
    visit("lr_scheduler_kwargs", self.lr_scheduler_kwargs,
          "settings of the schedule, by HF's names (docs/runs.md): num_cycles=2 or a JSON object")
        .structured()
        .value_name("KEY=VALUE,...");
    visit("warmup_steps", self.warmup_steps,
          "steps in which the learning rate rises to its peak; below 1: a share of all steps")
        .at_least(0);
    visit("warmup_ratio", self.warmup_ratio, "share of all steps in which the learning rate rises to its peak")
        .in_range(0, 1);
    visit("label_smoothing_factor", self.label_smoothing_factor, "share of each label that is spread over all classes")
        .in_range(0, 1);
    visit("class_weights", self.class_weights,
          "weights of the classes in the loss; balanced: by the inverse of their rows; auto: balanced if some have "
          "three times the rows of others")
        .value_name("auto|balanced|NAME=W,...")
        .default_text("all 1");
    visit("focal_gamma", self.focal_gamma,
          "exponent of the focal loss, which lowers the weight of rows that the model already gets right; 0: off")
        .at_least(0);
    visit("regression_loss", self.regression_loss, "loss of a regression: squared, absolute or Huber errors")
        .choices(choices_of(task::kRegressionLossNames));
    visit(
        "standardize", self.standardize,
        "regression: learn targets with mean 0 and standard deviation 1; the final model predicts the targets as they "
        "are");
    visit("calibrate", self.calibrate,
          "choose on the evaluation rows, after the training: the temperature of the scores (text-classification), one "
          "threshold for all labels, or one for each (multi-label)")
        .choices(choices_of(task::kCalibrationNames))
        .free_to_change();
    visit("label_all_tokens", self.label_all_tokens,
          "token classification: every token of a word has its tag, not only the first");
  }

  template <typename Self, typename Visitor>
  static void frozen_fields(Self& self, Visitor& visit) {
    visit.group("Frozen parameters");
    visit("freeze", self.freeze,
          "parameters that are not trained: embeddings, embeddings+N (and the first N layers), all-but-head, names or "
          "their beginnings with * and ?, or /REGEX/")
        .value_name("PATTERN,...");
    visit(
        "unfreeze_schedule", self.unfreeze_schedule,
        "when frozen parameters are trained after all: EPOCH:PART with last+N (layers), all, or a pattern of --freeze; "
        "gradual: one more layer after each epoch")
        .value_name("gradual|EPOCH:PART,...")
        .default_text("never");
    visit("frozen_mode", self.frozen_mode,
          "how frozen parts compute in training: as in evaluation, or with dropout as in HF's scripts")
        .choices(choices_of(kFrozenModeNames));
    visit("cache_budget", self.cache_budget,
          "most that the activations behind frozen layers may take, in memory or in a file in output_dir; they are "
          "computed once; 0: at each use")
        .value_name("SIZE")
        .default_text("auto, a quarter of the free memory, or half of the free disk")
        .free_to_change();
  }

  template <typename Self, typename Visitor>
  static void logging_fields(Self& self, Visitor& visit) {
    visit.group("Logging, evaluation, checkpoints");
    visit("logging_steps", self.logging_steps, "steps between log lines; below 1: a share of all steps").above(0);
    visit("log_style", self.log_style,
          "lines on standard output: one for each entry of the log, one for each epoch with its mean loss, or none")
        .choices(choices_of(kLogStyleNames))
        .free_to_change();
    visit("json_log", self.json_log, "file for the log, one JSON object per line with the keys of HF's log_history")
        .value_name("FILE")
        .free_to_change();
    visit("report_to", self.report_to, "other reporters; \"tensorboard\" writes event files")
        .choices(choices_of(kReporterNames))
        .free_to_change();
    visit("logging_dir", self.logging_dir, "folder for TensorBoard's event files")
        .value_name("DIR")
        .default_text("output_dir/runs/DATE_HOST")
        .free_to_change();
    visit("eval_strategy", self.eval_strategy, "when to evaluate")
        .choices(choices_of(kStrategyNames))
        .old_name("evaluation_strategy");
    visit("eval_steps", self.eval_steps, "steps between evaluations; below 1: a share of all steps")
        .above(0)
        .default_text("logging_steps");
    visit("per_device_eval_batch_size", self.per_device_eval_batch_size, "rows in an evaluation batch")
        .at_least(1)
        .old_name("per_gpu_eval_batch_size");
    visit("test_at_end", self.test_at_end,
          "evaluate the test rows once, with the final model, if --test-file names them or other rows evaluate the "
          "training");
    visit("save_strategy", self.save_strategy, "when to write checkpoints").choices(choices_of(kStrategyNames));
    visit("save_steps", self.save_steps, "steps between checkpoints; below 1: a share of all steps").above(0);
    visit("save_total_limit", self.save_total_limit, "checkpoints to keep; the best and the newest are always kept")
        .at_least(1)
        .default_text("all")
        .free_to_change();
  }

  template <typename Self, typename Visitor>
  static void best_model_fields(Self& self, Visitor& visit) {
    visit("load_best_model_at_end", self.load_best_model_at_end,
          "save the best evaluated model as the final one, not the last");
    visit("metric_for_best_model", self.metric_for_best_model,
          "metric that decides which model is best, such as accuracy or loss")
        .value_name("METRIC")
        .default_text("loss");
    visit("greater_is_better", self.greater_is_better, "whether a higher value of that metric is better")
        .default_text("by the metric: false for loss, true for accuracy");
    visit("early_stopping_patience", self.early_stopping_patience,
          "stop when the metric has not improved for this many evaluations")
        .at_least(1)
        .default_text("never");
    visit("early_stopping_threshold", self.early_stopping_threshold,
          "change of the metric that counts as an improvement")
        .at_least(0);
  }
};

}  // namespace hone::train
