#include "train/resume.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "base/sha256.h"
#include "options/json.h"
#include "options/parse.h"
#include "train/adapting.h"
#include "train/checkpoint.h"

namespace hone::train {

namespace fs = std::filesystem;

namespace {

bool have_same_file(const fs::path& one, const fs::path& other, const char* name) {
  std::error_code error;
  const auto size = fs::file_size(one / name, error);
  if (error || size != fs::file_size(other / name, error) || error) return false;
  return sha256_file(one / name) == sha256_file(other / name);
}

// Returns true if both folders exist and hold different weights. If the earlier folder is gone, only the tokenizers can
// be compared.
bool is_other_model(const fs::path& before, const fs::path& now) {
  std::error_code error;
  if (before.lexically_normal() == now.lexically_normal() || fs::equivalent(before, now, error)) return false;
  return fs::is_directory(before, error) && fs::is_directory(now, error) &&
         !have_same_file(before, now, weights_file(now));
}

// Returns whether the tokenizer files differ. A checkpoint has exact copies of those of its run's model.
bool has_other_tokenizer(const fs::path& checkpoint, const fs::path& model) {
  for (const char* name : {"tokenizer.json", "vocab.txt", "vocab.json"}) {
    if (fs::exists(model / name)) return !have_same_file(checkpoint, model, name);
  }
  return false;
}

std::string freeze_flag(const TrainOptions& options) {
  return options.freeze.empty() ? "no --freeze" : fmt::format("--freeze {}", fmt::join(options.freeze, ","));
}

void warn_of_changes(TrainOptions& before, TrainOptions& now) {
  const options::FieldList fields = options::fields_of(now);
  std::vector<std::string> changed;
  for (const std::string& name : options::differing(options::fields_of(before), fields)) {
    if (!fields.find(name)->is_free_to_change) changed.push_back(name);
  }
  if (changed.empty()) return;
  log_warning("these options differ from the checkpoint's, so the resumed run will differ from the first one: {}",
              fmt::join(changed, ", "));
}

}  // namespace

void check_resumable(const TrainOptions& options, const fs::path& checkpoint) {
  TrainOptions now = options;
  TrainOptions before = options::read_options<TrainOptions>(checkpoint / kArgumentsFile).options;
  const fs::path &old_model = before.model_name_or_path, &model = now.model_name_or_path;
  if (is_other_model(old_model, model)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is of a run that started from {}, not from {}", checkpoint.string(), old_model.string(),
                            model.string()),
                fmt::format("to resume that run, give --model {}; to train {}, give another --output-dir",
                            old_model.string(), model.string()));
  }
  if (has_other_tokenizer(checkpoint, model)) {
    throw Error(ErrorKind::kUsage, fmt::format("{} has another tokenizer than {}", checkpoint.string(), model.string()),
                fmt::format("give the model that the run started from ({} at that time), or another --output-dir",
                            old_model.string()));
  }
  if (before.freeze != now.freeze) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is of a run with {}; this run has {}", checkpoint.string(), freeze_flag(before),
                            freeze_flag(now)),
                "give --freeze as before, or another --output-dir");
  }
  if (before.ema_decay.has_value() != now.ema_decay.has_value()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is of a run {} --ema-decay; this run is {} it", checkpoint.string(),
                            before.ema_decay ? "with" : "without", now.ema_decay ? "with" : "without"),
                "give --ema-decay as before, or another --output-dir");
  }
  if (before.unfreeze_schedule != now.unfreeze_schedule) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} is of a run with the unfreeze_schedule \"{}\"; this run has \"{}\"", checkpoint.string(),
                    fmt::join(before.unfreeze_schedule, ","), fmt::join(now.unfreeze_schedule, ",")),
        "give --unfreeze-schedule as before, or another --output-dir");
  }
  if (adapter_flags(before) != adapter_flags(now)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} is of a run with {}; this run has {}", checkpoint.string(), adapter_flags(before),
                            adapter_flags(now)),
                "give the options of adapters as before, or another --output-dir");
  }
  warn_of_changes(before, now);
}

void check_targets(const model::ModelConfig& config, const fs::path& checkpoint) {
  const std::vector<std::string>& id2label = config.labels();
  const model::ModelConfig saved = model::read_saved_config(checkpoint);
  if (saved.labels() != id2label) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} was trained with the labels {}; this run has {}", checkpoint.string(),
                            fmt::join(saved.labels(), ", "), fmt::join(id2label, ", ")),
                fmt::format("give --{} {}, or another --output-dir",
                            saved.problem_type() == "regression" ? "target-columns" : "id2label",
                            fmt::join(saved.labels(), ",")));
  }
  if (saved.output_scale() == config.output_scale()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} was trained on targets that are standardized in another way", checkpoint.string()),
              "give the rows and --standardize as before, or another --output-dir");
}

}  // namespace hone::train
