// hone advise: says what is wrong with a run, from the files in its folder. It needs no libtorch.
#include "cli/advise.h"

#include <nlohmann/json.hpp>

#include <cstdlib>

#include "advise/advice_report.h"
#include "cli/command.h"
#include "watch/run_history.h"
#include "watch/run_record.h"

namespace hone::cli {

namespace {

// Returns the language of the option, else that of the first variable that is set, in the order of POSIX.
advise::Language language_of(const std::optional<std::string>& option) {
  std::string name = option.value_or("");
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (name.empty() && value != nullptr) name = value;
  }
  return name.starts_with("zh") ? advise::Language::kChinese : advise::Language::kEnglish;
}

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
              "give the output_dir of a training");
}

}  // namespace

int run_advise(const options::Parsed<AdviseOptions>& parsed) {
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
