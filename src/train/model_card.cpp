#include "train/model_card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <vector>

#include "base/counted.h"
#include "train/test_rows.h"

namespace hone::train {

namespace {

std::string name_of(const std::filesystem::path& folder) {
  const auto normal = std::filesystem::absolute(folder).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).filename().string();
}

std::vector<std::string> logged_metrics(const Plan& plan) {
  std::vector<std::string> names;
  for (const metric::Metric& metric : plan.metrics) {
    if (metric.in_log) names.emplace_back(metric.name);
  }
  return names;
}

std::string evaluation_table(const ModelCardInputs& in) {
  const std::vector<std::string> metrics = logged_metrics(in.plan);
  std::string head = "| step | epoch | loss |", line = "|---|---|---|", rows;
  for (const std::string& name : metrics) {
    head += fmt::format(" {} |", name);
    line += "---|";
  }
  for (const Json& entry : in.log_history) {
    if (!entry.contains("eval_loss") || !entry["eval_loss"].is_number()) continue;
    rows += fmt::format("| {} | {:.2f} | {:.4f} |", entry.value("step", 0), entry.value("epoch", 0.0),
                        entry.value("eval_loss", 0.0));
    for (const std::string& name : metrics) rows += fmt::format(" {:.4f} |", entry.value("eval_" + name, 0.0));
    rows += '\n';
  }
  std::string text = rows.empty() ? "The model was not evaluated during the training.\n"
                                  : fmt::format("On the {} rows:\n\n{}\n{}\n{}", in.evaluation_name, head, line, rows);
  if (!in.calibration.empty()) {
    text += fmt::format("\nCalibrated on the {} rows after the training: {}.\n", in.evaluation_name, in.calibration);
  }
  return text;
}

std::string test_section(const ModelCardInputs& in) {
  if (in.evaluation_name == "test" && in.plan.best.chooses_model()) {
    return "\nThe saved model was chosen by the test rows, so it looks better on them than on new text.\n";
  }
  if (in.test == nullptr) return "";
  return fmt::format("\n## Test\n\nMeasured once, after the training, on {} that decided nothing:\n\n{}",
                     counted(in.test->num_rows, "row"), test_table(*in.test, in.plan.metrics));
}

std::string settings_table(const ModelCardInputs& in) {
  const TrainOptions& options = in.options;
  std::string frozen = in.frozen.empty() ? "" : fmt::format("| frozen | {} |\n", in.frozen);
  if (!in.adapters.empty()) frozen += fmt::format("| adapters | {} |\n", in.adapters);
  return fmt::format(
      "| setting | value |\n|---|---|\n| rows | {} |\n| steps | {} of {} rows |\n| learning rate | {}, {}, {} warm-up "
      "steps "
      "|\n| optimizer | {}, weight decay {} |\n{}| rows truncated at | {} tokens |\n| seed | {} |\n",
      in.plan.num_rows, in.plan.total_steps, in.plan.batch_size * in.plan.accumulation, options.learning_rate,
      options.lr_scheduler_type, in.plan.step_plan.schedule_length.warmup_steps, options.optim, options.weight_decay,
      frozen, options.max_seq_length, options.seed);
}

// How a Python program loads the model.
std::string python_lines(const ModelCardInputs& in) {
  const std::string folder = in.options.output_dir.string();
  if (in.adapters.empty()) {
    return fmt::format("from transformers import pipeline\npipeline(\"{}\", model=\"{}\")(\"...\")\n", in.pipeline_tag,
                       folder);
  }
  return fmt::format(
      "from peft import PeftModel\nfrom transformers import {0}\nbase = {0}.from_pretrained(\"{1}\", num_labels={2}, "
      "ignore_mismatched_sizes=True)\nmodel = PeftModel.from_pretrained(base, \"{3}\")\n",
      in.class_name, in.base_model, in.num_labels, folder);
}

}  // namespace

std::string model_card(const ModelCardInputs& in) {
  const std::string name = name_of(in.options.output_dir), base = name_of(in.options.model_name_or_path);
  return fmt::format(
      "---\nlibrary_name: {}\npipeline_tag: {}\ntags:\n- hone\nmetrics:\n- {}\n---\n\n# {}\n\n"
      "{} fine-tuned from {} with hone {} {}.\n\n## Evaluation\n\n{}{}\n## Training\n\n{}\n## Use\n\n"
      "```sh\nhone predict --model {} --text \"...\"\n```\n\n```python\n{}```\n",
      in.adapters.empty() ? "transformers" : "peft", in.pipeline_tag, fmt::join(logged_metrics(in.plan), "\n- "), name,
      in.class_name, base, in.version, in.task_phrase, evaluation_table(in), test_section(in), settings_table(in),
      in.options.output_dir.string(), python_lines(in));
}

}  // namespace hone::train
