// hone data labels: rows whose label is probably wrong, by predictions of models that did not see the rows.
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/output_path.h"
#include "cli/command.h"
#include "cli/data_labels_folds.h"
#include "cli/data_labels_options.h"
#include "cli/library.h"
#include "data/label_page.h"
#include "data/probability_file.h"

namespace hone::cli {

namespace {

std::filesystem::path work_dir(const DataLabelsOptions& options) {
  if (!options.work_dir.empty()) return options.work_dir;
  const std::filesystem::path& output = options.errors.output.output;
  return output.empty() || is_stream(output) ? "label_folds" : output.string() + ".folds";
}

// Throws before any work if an option is missing or an output is in the way.
void check_labels_options(const DataLabelsOptions& options) {
  const bool has_model = !options.folds.model_name_or_path.empty();
  const bool has_probabilities = !options.errors.probabilities.empty();
  if (has_model == has_probabilities) {
    throw Error(ErrorKind::kUsage,
                has_model ? "--model and --probabilities are both given"
                          : "neither a model to train nor probabilities are given",
                "give --model DIR to train a model for each fold; or --probabilities FILE");
  }
  if (has_probabilities && options.errors.rule.rank_by == data::kMarginRank) {
    throw Error(ErrorKind::kUsage,
                fmt::format("rank_by is {}, but --probabilities has no margins of a training", data::kMarginRank),
                "give --model DIR instead of --probabilities; or another --rank-by");
  }
  const std::vector<std::filesystem::path> inputs = data::input_files(options.errors.input);
  const data::OutputOptions& output = options.errors.output;
  if (options.json && output.output == "-") {
    throw Error(ErrorKind::kUsage, "--json and --output - both write to standard output",
                "give --output the name of a file; or remove --json");
  }
  if (!options.html.empty()) {
    check_is_file(options.html, "--html");
    for (const auto& file : inputs) check_is_not_input(options.html, "--html", file, "FILE");
    if (!output.overwrite) check_is_free(options.html, "--html");
  }
  if (output.output.empty()) return;
  data::check_format(output, output.output);
  data::check_output(output, output.output, inputs);
}

}  // namespace

int run_data_labels(const options::Parsed<DataLabelsOptions>& parsed) {
  const DataLabelsOptions& options = parsed.options;
  check_labels_options(options);
  const data::LabelledRows rows = data::read_labelled_rows(options.errors.input);
  for (const std::string& note : rows.notes) log_info("{}", note);
  const std::optional<OutOfFold> found =
      options.errors.probabilities.empty()
          ? predict_out_of_fold(rows, options, work_dir(options))
          : OutOfFold{data::read_probabilities(options.errors.probabilities, rows), {}};
  if (!found) return 128 + pending_interrupt();
  const data::LabelErrors errors =
      data::find_label_errors(rows, found->probabilities, options.errors.rule, found->margins);
  const data::OutputOptions& output = options.errors.output;
  if (!output.output.empty()) {
    log_info("wrote {} rows to {}", data::write_label_errors(errors, rows, output), output_name(output.output));
  }
  if (!options.html.empty()) {
    write_file(options.html, data::to_page(errors, rows, options.errors.input));
    log_info("wrote the page {}", options.html.string());
  }
  if (options.json) {
    print(data::to_json(errors, rows).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else if (output.output != "-") {
    print(data::to_text(errors, rows, static_cast<size_t>(options.errors.max_examples), help_width()));
  }
  return 0;
}

}  // namespace hone::cli
