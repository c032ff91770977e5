#include "train/model_card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <vector>

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

std::string settings_table(const ModelCardInputs& in) {
  const TrainOptions& options = in.options;
  const std::string frozen = in.frozen.empty() ? "" : fmt::format("| frozen | {} |\n", in.frozen);
  return fmt::format(
      "| setting | value |\n|---|---|\n| rows | {} |\n| steps | {} of {} rows |\n| learning rate | {}, {}, {} warm-up "
      "steps "
      "|\n| optimizer | {}, weight decay {} |\n{}| rows truncated at | {} tokens |\n| seed | {} |\n",
      in.plan.num_rows, in.plan.total_steps, in.plan.batch_size * in.plan.accumulation, options.learning_rate,
      options.lr_scheduler_type, in.plan.step_plan.schedule_length.warmup_steps, options.optim, options.weight_decay,
      frozen, options.max_seq_length, options.seed);
}

}  // namespace

std::string model_card(const ModelCardInputs& in) {
  const std::string name = name_of(in.options.output_dir), base = name_of(in.options.model_name_or_path);
  return fmt::format(
      "---\nlibrary_name: transformers\npipeline_tag: {}\ntags:\n- hone\nmetrics:\n- {}\n---\n\n# {}\n\n"
      "{} fine-tuned from {} with hone {} {}.\n\n## Evaluation\n\n{}\n## Training\n\n{}\n## Use\n\n"
      "```sh\nhone predict --model {} --text \"...\"\n```\n\n```python\nfrom transformers import pipeline\n"
      "pipeline(\"{}\", model=\"{}\")(\"...\")\n```\n",
      in.pipeline_tag, fmt::join(logged_metrics(in.plan), "\n- "), name, in.class_name, base, in.version,
      in.task_phrase, evaluation_table(in), settings_table(in), in.options.output_dir.string(), in.pipeline_tag,
      in.options.output_dir.string());
}

}  // namespace hone::train
