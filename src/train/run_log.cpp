#include "train/run_log.h"

#include <fmt/format.h>

#include <cstdio>
#include <limits>

#include "base/progress.h"
#include "train/names.h"

namespace hone::train {

namespace {

// Returns the number. The log has null for numbers that are not finite.
double number(const Json& entry, const char* key) {
  if (!entry.contains(key)) return 0;
  return entry[key].is_number() ? entry[key].get<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::string training_text(const Json& entry) {
  return fmt::format("loss {:.4f}  grad {:.3g}  lr {:.3g}  {:.0f} tokens/s", number(entry, "loss"),
                     number(entry, "grad_norm"), number(entry, "learning_rate"), number(entry, "tokens_per_second"));
}

std::string evaluation_text(const Json& entry, std::span<const metric::Metric> metrics) {
  std::string text = fmt::format("eval_loss {:.4f}", number(entry, "eval_loss"));
  for (const metric::Metric& metric : metrics) {
    const std::string key = fmt::format("eval_{}", metric.name);
    if (metric.in_log && entry.contains(key))
      text += fmt::format("  {} {:.4f}", metric.name, number(entry, key.c_str()));
  }
  return text;
}

void print(const std::string& line) {
  const ProgressPause pause;
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

}  // namespace

std::string log_text(const Json& entry, const Plan& plan) {
  const std::string where = fmt::format("step {}/{}  epoch {:.2f}  ", entry.value("step", int64_t{0}), plan.total_steps,
                                        entry.value("epoch", 0.0));
  if (entry.contains("eval_loss")) return where + evaluation_text(entry, plan.metrics);
  return where + training_text(entry);
}

std::string epoch_text(double epoch, double train_loss, std::optional<double> evaluation_loss) {
  const std::string text = fmt::format("Epoch {:.4g}, Train Loss: {:.4f}", epoch, train_loss);
  return evaluation_loss ? text + fmt::format(", Val Loss: {:.4f}", *evaluation_loss) : text;
}

RunLog::RunLog(const std::filesystem::path& json_path, const Json& history, const Plan& plan, std::string_view style)
    : plan_(plan), style_(style) {
  if (json_path.empty()) return;
  if (json_path.has_parent_path()) make_folders(json_path.parent_path());
  write_file(json_path, "");
  json_file_.emplace(json_path);
  for (const Json& entry : history) append(entry);
}

void RunLog::add(const Json& entry) {
  const bool is_for_people = entry.contains("loss") || entry.contains("eval_loss");
  if (is_for_people && style_ == kLogSteps) print(log_text(entry, plan_));
  append(entry);
}

void RunLog::end_epoch(const RunState& state) {
  if (style_ != kLogEpochs) return;
  std::optional<double> evaluation_loss;
  if (state.has_evaluated(state.global_step)) evaluation_loss = number(state.log_history.back(), "eval_loss");
  const double train_loss = state.epoch_rows > 0 ? state.epoch_loss_sum / static_cast<double>(state.epoch_rows)
                                                 : std::numeric_limits<double>::quiet_NaN();
  print(epoch_text(plan_.epoch_at(state.global_step), train_loss, evaluation_loss));
}

void RunLog::append(const Json& entry) {
  if (json_file_) json_file_->append(entry.dump() + "\n");
}

}  // namespace hone::train
