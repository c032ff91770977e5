// hone train: fine-tunes a model on rows.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/output_path.h"
#include "cli/command.h"
#include "cli/library.h"
#include "table/read.h"
#include "train/find_learning_rate.h"
#include "train/run.h"

namespace hone::cli {

namespace {

// Throws if --json-log would replace a file that is not the log of the run that is continued or replaced.
void check_is_new(const train::TrainOptions& options) {
  const std::string& from = options.resume_from_checkpoint;
  if ((from.empty() || from == "false") && !options.overwrite_output_dir) check_is_free(options.json_log, "--json-log");
}

// Throws if --json-log would overwrite a file that the run reads.
void check_log(const train::TrainOptions& options) {
  const std::filesystem::path& log = options.json_log;
  if (log.empty() || !std::filesystem::exists(log)) return;
  const std::pair<const char*, const std::vector<std::string>&> lists[] = {
      {"--train-file", options.train_file},
      {"--validation-file", options.validation_file},
      {"--test-file", options.test_file}};
  for (const auto& [option, files] : lists) {
    for (const std::string& file : files) check_is_not_input(log, "--json-log", file, option);
  }
  if (options.rows.dataset.empty()) return check_is_new(options);
  for (const auto& [split, files] : table::dataset_files(options.rows.dataset, options.rows.dataset_config_name)) {
    for (const std::filesystem::path& file : files) check_is_not_input(log, "--json-log", file, "--dataset");
  }
  check_is_new(options);
}

int find_rate(const options::Parsed<train::TrainOptions>& parsed) {
  const auto test = train::find_learning_rate(parsed.options, options::given_options(parsed));
  if (!test) return 128 + pending_interrupt();
  print(train::range_test_text(*test));
  log_info("wrote the curve to {} and {}", (parsed.options.output_dir / train::kRangePageFile).string(),
           train::kRangePointsFile);
  return 0;
}

}  // namespace

int run_train(const options::Parsed<train::TrainOptions>& parsed) {
  if (parsed.options.range_test.find_lr) return find_rate(parsed);
  const std::vector<options::GivenOption> given = options::given_options(parsed);
  if (const options::GivenOption* const option = train::range_option(given)) {
    throw Error(ErrorKind::kUsage, fmt::format("{} is given, but only --find-lr reads it", option->where),
                "add --find-lr to test learning rates; or leave the option out to train");
  }
  check_log(parsed.options);
  const train::RunEnd end = train::run_training(parsed.options, given);
  return end == train::RunEnd::kInterrupted ? 128 + pending_interrupt() : 0;
}

}  // namespace hone::cli
