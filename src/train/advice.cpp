// Each function looks at one thing and adds at most one sentence.
#include "train/advice.h"

#include <fmt/format.h>

#include <algorithm>

#include "train/schedule.h"

namespace hone::train {

namespace {

using Notes = std::vector<std::string>;

double percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

void about_warmup(const AdviceInputs& in, Notes& notes) {
  const int64_t warmup = in.plan.schedule_length.warmup_steps, total = in.plan.total_steps;
  if (warmup * 2 > total) {
    notes.push_back(fmt::format(
        "the warm-up takes {} of {} steps, more than half the run: the learning rate is below its peak nearly "
        "throughout; a tenth is usual (--warmup-ratio 0.1)",
        std::min(warmup, total), total));
  }
  const bool asked = in.options.warmup_steps > 0 || in.options.warmup_ratio.value_or(0) > 0;
  if (asked && !find_schedule(in.options.lr_scheduler_type).has_warmup) {
    notes.push_back(
        fmt::format("lr_scheduler_type {} has no warm-up, so warmup_steps and warmup_ratio do nothing; "
                    "constant_with_warmup has one",
                    in.options.lr_scheduler_type));
  }
}

void about_logging(const AdviceInputs& in, Notes& notes) {
  if (in.plan.logging_steps > in.plan.total_steps) {
    notes.push_back(
        fmt::format("logging_steps is {}, but the run has {} steps: no training loss will be logged "
                    "(--logging-steps {})",
                    in.plan.logging_steps, in.plan.total_steps, std::max<int64_t>(1, in.plan.total_steps / 10)));
  }
}

void about_cut_rows(const AdviceInputs& in, Notes& notes) {
  if (in.train.num_cut_rows == 0) return;
  notes.push_back(
      fmt::format("{} of {} training rows ({:.1f} %) are longer than max_seq_length {} and were cut; {:.1f} % of "
                  "all tokens are not seen",
                  in.train.num_cut_rows, in.train.size(), percent(in.train.num_cut_rows, in.train.size()),
                  in.max_length, percent(in.train.num_cut_tokens, in.train.num_tokens() + in.train.num_cut_tokens)));
}

void about_labels(const AdviceInputs& in, Notes& notes) {
  Notes missing;
  for (size_t id = 0; id < in.labels.size(); ++id) {
    if (in.rows_of_label[id] == 0) missing.push_back(in.labels[id]);
  }
  if (missing.empty()) return;
  notes.push_back(
      fmt::format("no training row has the label{} {}: the model cannot learn {}. Rows sorted by label are the "
                  "usual reason (--shuffle-seed 42 shuffles them before --max-train-samples takes the first)",
                  missing.size() > 1 ? "s" : "", fmt::join(missing, ", "), missing.size() > 1 ? "them" : "it"));
}

void about_padding(const AdviceInputs& in, Notes& notes) {
  if (!in.options.pad_to_max_length || in.train.num_tokens() == 0) return;
  const uint64_t padded = in.max_length * in.train.size(), real = in.train.num_tokens();
  notes.push_back(
      fmt::format("pad_to_max_length would compute {} tokens of padding an epoch beside {} real ones ({:.1f} times the "
                  "work); hone computes none, and the results are the same",
                  padded - real, real, static_cast<double>(padded) / static_cast<double>(real)));
}

void about_empty_rows(const AdviceInputs& in, Notes& notes) {
  uint64_t empty = 0;
  for (uint64_t row = 0; row < in.train.size(); ++row) empty += in.train.length(row) <= in.num_special_tokens;
  if (empty == 0) return;
  notes.push_back(
      fmt::format("{} of {} training rows hold no token but the special ones: there is nothing to learn from "
                  "them, and a batch of only such rows teaches the model to guess{}",
                  empty, in.train.size(),
                  in.max_length <= in.num_special_tokens
                      ? fmt::format(" (max_seq_length {} leaves room for nothing else)", in.max_length)
                      : ""));
}

void about_learning_rate(const AdviceInputs& in, Notes& notes) {
  if (in.options.learning_rate == 0) {
    notes.push_back("learning_rate is 0: nothing will be learned");
  } else if (in.options.optim != "sgd" && in.options.learning_rate > 1e-3) {
    notes.push_back(
        fmt::format("learning_rate {} is far above what fine-tuning takes (1e-5 to 1e-4): what the model "
                    "learned in pretraining is likely to be lost",
                    in.options.learning_rate));
  }
}

}  // namespace

std::vector<std::string> advice(const AdviceInputs& inputs) {
  Notes notes;
  for (const auto look : {about_warmup, about_logging, about_cut_rows, about_labels, about_padding, about_empty_rows,
                          about_learning_rate}) {
    look(inputs, notes);
  }
  return notes;
}

}  // namespace hone::train
