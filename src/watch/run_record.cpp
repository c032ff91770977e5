// Does not trust the files of a run: a key of the wrong type counts as missing.
#include "watch/run_record.h"

#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "base/host.h"
#include "watch/bounded_file.h"
#include "watch/resume_command.h"

namespace hone::watch {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kMaxRunBytes = 4 << 20;
// A run on another machine shows only its heartbeat. It comes every two seconds, but not during a step or a checkpoint.
constexpr double kMaxSilence = 300;

enum class Kind { kText, kNumber, kTexts, kObject, kObjects };

struct Key {
  const char* name;
  Kind kind;
};
constexpr Key kKeys[] = {
    {"format", Kind::kNumber},
    {"hone_version", Kind::kText},
    {"command", Kind::kTexts},
    {"working_dir", Kind::kText},
    {"pid", Kind::kNumber},
    {"host", Kind::kText},
    {"boot_id", Kind::kText},
    {"started_at", Kind::kNumber},
    {"updated_at", Kind::kNumber},
    {"state", Kind::kText},
    {"error", Kind::kText},
    {"hint", Kind::kText},
    {"phase", Kind::kText},
    {"step", Kind::kNumber},
    {"total_steps", Kind::kNumber},
    {"epoch", Kind::kNumber},
    {"num_train_epochs", Kind::kNumber},
    {"tokens_per_second", Kind::kNumber},
    {"mean_tokens_per_second", Kind::kNumber},
    {"seconds_left", Kind::kNumber},
    {"memory_bytes", Kind::kNumber},
    {"peak_memory_bytes", Kind::kNumber},
    {"model", Kind::kText},
    {"model_class", Kind::kText},
    {"num_parameters", Kind::kNumber},
    {"num_trained_parameters", Kind::kNumber},
    {"frozen", Kind::kText},
    {"adapters", Kind::kText},
    {"task", Kind::kText},
    {"labels", Kind::kTexts},
    {"entity_types", Kind::kTexts},
    {"tag_scheme", Kind::kText},
    {"metrics", Kind::kObjects},
    {"device", Kind::kText},
    {"precision", Kind::kText},
    {"num_train_rows", Kind::kNumber},
    {"num_eval_rows", Kind::kNumber},
    {"evaluation_rows", Kind::kText},
    {"num_test_rows", Kind::kNumber},
    {"best", Kind::kObject},
    {"changed_options", Kind::kTexts},
    {"options", Kind::kObject},
};

constexpr std::string_view kStates[] = {"running", "finished", "stopped", "interrupted", "failed"};

bool is_texts(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_string(); });
}

bool are_objects(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_object(); });
}

bool has_kind(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::kText:
      return value.is_string();
    case Kind::kNumber:
      return value.is_number();
    case Kind::kTexts:
      return is_texts(value);
    case Kind::kObject:
      return value.is_object();
    case Kind::kObjects:
      return are_objects(value);
  }
  return false;
}

// Returns every key of the table; null if `json` has no valid value.
Json checked(const Json& json) {
  Json record = Json::object();
  for (const Key& key : kKeys) {
    const auto found = json.find(key.name);
    record[key.name] = found != json.end() && has_kind(*found, key.kind) ? *found : Json();
  }
  return record;
}

std::optional<Json> parse_object(std::string_view text) {
  try {
    Json json = parse_json(text, "");
    if (json.is_object()) return json;
  } catch (const Error&) {
  }
  return std::nullopt;
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

std::optional<int64_t> whole_number(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  return value.get<int64_t>();
}

bool was_heard_lately(const Json& record) {
  return record["updated_at"].is_number() && unix_seconds() - record["updated_at"].get<double>() < kMaxSilence;
}

// Returns whether the process that wrote "running" still runs.
bool still_runs(const Json& record, bool is_locked, const FolderLocks& locks) {
  if (is_locked) return true;
  if (text_of(record["host"]) != host_name()) return was_heard_lately(record);
  if (text_of(record["boot_id"]) != boot_id()) return false;
  const auto pid = whole_number(record["pid"]);
  return !locks.is_known() && pid && *pid > 0 && kill(static_cast<pid_t>(*pid), 0) == 0;
}

// Corrects "state" and "phase".
void settle_state(Json& record, const fs::path& folder, const FolderLocks& locks) {
  struct stat status{};
  std::optional<int64_t> holder;
  const auto pid = whole_number(record["pid"]);
  if (stat(folder.c_str(), &status) == 0) holder = locks.holder(status, pid);
  std::string state = text_of(record["state"]);
  if (std::find(std::begin(kStates), std::end(kStates), state) == std::end(kStates)) state = "interrupted";
  if (state == "running" && !still_runs(record, holder.has_value(), locks)) state = "interrupted";
  if (state != "running" && holder && holder != pid) {  // another process is preparing to resume or replace the run
    state = "running";
    record["phase"] = "preparing";
    record["error"] = record["hint"] = nullptr;
  }
  record["state"] = state;
  if (state != "running") record["seconds_left"] = nullptr;
}

Json resume_command_of(const Json& record) {
  const std::string state = record["state"];
  if (state == "running" || state == "finished" || !record["command"].is_array() || record["command"].empty())
    return {};
  const auto command = record["command"].get<std::vector<std::string>>();
  return resume_command(command, text_of(record["working_dir"]));
}

Json best_of(const Json& state) {
  const auto metric = state.find("best_metric"), step = state.find("best_global_step");
  if (metric == state.end() || !metric->is_number() || step == state.end() || !step->is_number()) return {};
  return {{"metric", nullptr}, {"value", *metric}, {"step", *step}};
}

// Returns the record of a run that has only a trainer_state.json.
std::optional<Json> record_of_state(const fs::path& folder) {
  const fs::path path = trainer_state_path(folder);
  if (path.empty()) return std::nullopt;
  const auto state = read_python_json(path, kMaxStateBytes);
  if (!state) return std::nullopt;
  Json source = Json::object();
  const auto take = [&](const char* from, const char* to) {
    if (const auto found = state->find(from); found != state->end()) source[to] = *found;
  };
  take("global_step", "step");
  take("max_steps", "total_steps");
  take("epoch", "epoch");
  take("num_train_epochs", "num_train_epochs");
  source["best"] = best_of(*state);
  if (const auto options = read_python_json(folder / "training_args.json", kMaxRunBytes)) source["options"] = *options;
  if (const auto file = BoundedFile::open(path)) source["updated_at"] = file->modified_at();
  Json record = checked(source);
  const bool is_done = path.parent_path() == folder || record["step"] == record["total_steps"];
  record["state"] = is_done ? "finished" : "interrupted";
  return record;
}

std::optional<int64_t> checkpoint_step(const fs::path& path) {
  constexpr std::string_view kPrefix = "checkpoint-";
  const std::string name = path.filename().string();
  int64_t step = 0;
  const char* const end = name.data() + name.size();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto parsed = std::from_chars(name.data() + kPrefix.size(), end, step);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(step) : std::nullopt;
}

// Replaces NaN, Infinity and -Infinity outside strings by null.
std::string without_nonfinite(std::string_view text) {
  constexpr std::string_view kWords[] = {"-Infinity", "Infinity", "NaN"};
  std::string result;
  result.reserve(text.size());
  bool in_text = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const auto* const word =
        std::find_if(std::begin(kWords), std::end(kWords), [&](std::string_view w) { return rest.starts_with(w); });
    if (!in_text && word != std::end(kWords)) {
      result += "null";
      i += word->size() - 1;
      continue;
    }
    result += text[i];
    if (text[i] == '"') in_text = !in_text;
    if (in_text && text[i] == '\\' && i + 1 < text.size()) result += text[++i];
  }
  return result;
}

}  // namespace

std::optional<Json> read_python_json(const fs::path& path, uint64_t max_bytes) {
  const auto text = read_bounded(path, max_bytes);
  if (!text) return std::nullopt;
  if (auto json = parse_object(*text)) return json;
  return parse_object(without_nonfinite(*text));
}

fs::path trainer_state_path(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "trainer_state.json", error)) return folder / "trainer_state.json";
  fs::path newest;
  int64_t newest_step = -1;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto step = checkpoint_step(entry.path());
    if (!step || *step <= newest_step || !fs::exists(entry.path() / "trainer_state.json", error)) continue;
    newest_step = *step;
    newest = entry.path() / "trainer_state.json";
  }
  return newest;
}

bool is_run(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "run.json", error) || !trainer_state_path(folder).empty();
}

std::optional<Json> read_run(const fs::path& folder, const FolderLocks& locks) {
  std::optional<Json> record;
  if (const auto text = read_bounded(folder / "run.json", kMaxRunBytes)) {
    if (const auto json = parse_object(*text)) {
      record = checked(*json);
      settle_state(*record, folder, locks);
    }
  }
  if (!record) record = record_of_state(folder);
  if (!record) return std::nullopt;
  std::error_code error;
  (*record)["stopping"] = (*record)["state"] == "running" && fs::exists(folder / "stop", error);
  (*record)["resume_command"] = resume_command_of(*record);
  return record;
}

}  // namespace hone::watch
