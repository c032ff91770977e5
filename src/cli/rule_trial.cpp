#include "cli/rule_trial.h"

#include <fmt/format.h>

#include "base/files.h"
#include "base/log.h"
#include "cli/data_clean.h"
#include "cli/library.h"
#include "eval/evaluate.h"
#include "eval/trained_model.h"
#include "task/splits.h"
#include "task/tasks.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

metric::Report report_on(const eval::TrainedModel& trained, const table::ColumnOptions& columns, table::Rows rows) {
  task::SplitRequest request;
  static_cast<table::ColumnOptions&>(request.rows) = columns;
  const auto task = trained.task_row->make({.rows = request.rows}, trained.config, task::Purpose::kUseTrained);
  const task::Splits splits = {{"given", std::move(rows)}};
  const table::LabelledSplit split = task::choose_evaluation_rows(splits, request, "given", *task);
  const auto examples = task->examples(
      split.rows, "rows", {trained.tokenizer, trained.model->vocab_size(), trained.max_length, trained.long_text});
  const auto result = eval::evaluate(*trained.model, *examples, {.batch_size = 32});
  eval::check_finite(result->report, *examples);
  return result->report;
}

// A line of numbers that stand under "before", "after" and "change".
std::string line(std::string_view name, double before, double after) {
  return fmt::format("{:<14}{:>10.4f}{:>10.4f}{:>+10.4f}\n", name, before, after, after - before);
}

std::string table_of(const fs::path& model, const metric::Report& before, const metric::Report& after,
                     std::span<const metric::Metric> metrics) {
  std::string text = fmt::format("{} on the rows before and after the text rules\n\n{:<14}{:>10}{:>10}{:>10}\n",
                                 model.string(), "", "before", "after", "change");
  text += fmt::format("{:<14}{:>10}{:>10}\n", "rows", before.num_rows, after.num_rows);
  text += line("loss", before.loss, after.loss);
  for (const metric::Metric& metric : metrics) {
    if (metric.in_log) text += line(metric.name, before.value(metric.name), after.value(metric.name));
  }
  return text;
}

}  // namespace

std::string tried_rules(const data::CleanOptions& options) {
  const AtomicFolder folder(fs::temp_directory_path() / "hone_rule_trial");  // is removed, because it is not committed
  const fs::path changed = folder.staging() / "changed.parquet";
  data::write_changed_texts(options, changed);
  const eval::TrainedModel trained = eval::load_trained_model(options.try_model, {});
  const std::vector<fs::path> files = data::input_files(options.input);
  log_info("trying the text rules with {}", options.try_model.string());
  const metric::Report before =
      report_on(trained, options.input, table::read_rows(files, data::read_options(options.input)));
  const metric::Report after = report_on(trained, options.input, table::read_rows(changed));
  return table_of(options.try_model, before, after, trained.task->metrics());
}

int run_tried_data_clean(const options::Parsed<data::CleanOptions>& parsed) {
  data::check_clean_options(parsed.options);
  // Before anything is written, so that a trial that fails leaves no file.
  const std::string trial = tried_rules(parsed.options);
  return clean_and_print(parsed.options, trial);
}

}  // namespace hone::cli
