// hone advise: says what is wrong with a run, from the files in its folder. That needs no libtorch. Advice before a
// training runs in the library.
#include "cli/advise.h"

#include <nlohmann/json.hpp>

#include "advise/advice_report.h"
#include "cli/advise_before.h"
#include "cli/advise_language.h"
#include "cli/command.h"
#include "watch/run_history.h"
#include "watch/run_record.h"

namespace hone::cli {

namespace {

advise::History history_of(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    throw Error(ErrorKind::kUsage, fmt::format("there is no folder {}", folder.string()),
                "give the output_dir of a training");
  }
  watch::RunMetrics metrics;
  if (auto history = watch::read_history(folder, metrics)) return std::move(*history);
  if (watch::is_run(folder)) {
    throw Error(ErrorKind::kInput, fmt::format("the run in {} cannot be read: run.json is damaged", folder.string()),
                "hone train writes it anew if the run is resumed");
  }
  throw Error(ErrorKind::kInput,
              fmt::format("{} holds no run: it has no run.json and no trainer_state.json", folder.string()),
              "give the output_dir of a training; for advice before one: hone advise --model DIR --dataset FILE");
}

bool names_rows(const AdviseOptions& options) { return !options.rows.dataset.empty() || !options.train_file.empty(); }

// Throws if an option about a training that has not begun stands beside RUN.
void check_run_alone(const options::Parsed<AdviseOptions>& parsed) {
  AdviseOptions copy = parsed.options;
  const options::FieldList list = options::fields_of(copy);
  for (const options::Field& field : list.fields()) {
    if (field.name == "run" || field.name == "language" || field.name == "json") continue;
    if (!parsed.provenance.is_set(field.name)) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("RUN ({}) and {} are both given: RUN asks about a training that has begun, {} about one "
                            "that has not",
                            parsed.options.run.string(), parsed.provenance.where(field.name),
                            parsed.provenance.where(field.name)),
                "leave one of them out");
  }
}

// Returns whether the options ask for advice before a training. Errors (kUsage): they ask for nothing, or for half.
bool is_before(const options::Parsed<AdviseOptions>& parsed) {
  const AdviseOptions& options = parsed.options;
  if (!options.run.empty()) {
    check_run_alone(parsed);
    return false;
  }
  if (options.model_name_or_path.empty() && !names_rows(options)) {
    throw Error(ErrorKind::kUsage, "hone advise needs RUN, or --model and --dataset",
                "after a training give its output_dir: hone advise out; before one: hone advise --model DIR --dataset "
                "FILE");
  }
  if (options.model_name_or_path.empty()) {
    throw Error(ErrorKind::kUsage, "hone advise needs --model beside the rows",
                "add --model DIR, the folder of the model to start from; several are compared with --models DIR,...");
  }
  if (!names_rows(options)) {
    throw Error(ErrorKind::kUsage, "hone advise needs --dataset beside --model",
                "add --dataset FILE (or a folder, or --train-file): the advice depends on the rows");
  }
  return true;
}

}  // namespace

int run_advise(const options::Parsed<AdviseOptions>& parsed) {
  if (is_before(parsed)) return run_in_library(kModels, "advise", &parsed);
  const advise::History history = history_of(parsed.options.run);
  const std::vector<advise::Diagnosis> diagnoses = advise::diagnose(history);
  if (parsed.options.json) {
    const Json json = advise::to_json(history, diagnoses);
    print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print(advise::to_text(history, diagnoses, language_of(parsed.options.language), help_width()));
  }
  return 0;
}

}  // namespace hone::cli
