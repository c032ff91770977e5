// A page requests several runs every second or two, so only list() searches all folders.
#include "watch/run_list.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"
#include "watch/run_record.h"

namespace hone::watch {

namespace fs = std::filesystem;

namespace {

// 40 bits: among a thousand runs of the same name, the probability of two equal ids is one in two million.
constexpr size_t kDigestCharacters = 10;

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

std::string id_text(const std::string& name) {
  std::string id = name;
  std::replace_if(id.begin(), id.end(), [](char c) { return !is_id_character(c); }, '-');
  return id.find_first_not_of(".-") == std::string::npos ? "run" + id : id;
}

std::string id_of(const fs::path& path) {
  return id_text(path.filename().string()) + "-" + sha256(path.string()).substr(0, kDigestCharacters);
}

// Returns the entries that are runs, ordered by name.
std::vector<fs::path> runs_within(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const bool is_candidate = entry.is_directory(error) && !is_temporary_name(entry.path().filename().string());
    if (is_candidate && is_run(entry.path())) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

RunList::RunList(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
      throw Error(ErrorKind::kUsage, fmt::format("there is no folder {}", folder),
                  "give the output_dir of a run, or a folder in which there are such folders or will be");
    }
    const fs::path path = fs::canonical(folder, error);
    if (std::find(folders_.begin(), folders_.end(), path) == folders_.end()) folders_.push_back(path);
  }
}

std::vector<RunFolder> RunList::list() {
  std::vector<RunFolder> runs;
  known_.clear();
  const auto add = [&](const fs::path& place) {
    std::error_code error;
    const fs::path path = fs::canonical(place, error);  // a link to a run is that run
    if (error || runs.size() == kMaxRuns) return;
    const RunFolder run = {id_of(path), path.filename().string(), path};
    if (known_.emplace(run.id, Known{run, place}).second) runs.push_back(run);
  };
  for (const fs::path& folder : folders_) {
    if (is_run(folder)) {
      add(folder);
    } else {
      for (const fs::path& place : runs_within(folder)) add(place);
    }
  }
  return runs;
}

bool RunList::is_still_there(const Known& known) {
  std::error_code error;
  return fs::canonical(known.place, error) == known.run.path && !error && is_run(known.run.path);
}

std::optional<RunFolder> RunList::find(const std::string& id) {
  auto found = known_.find(id);
  if (found != known_.end() && is_still_there(found->second)) return found->second.run;
  list();
  found = known_.find(id);
  return found == known_.end() ? std::nullopt : std::optional(found->second.run);
}

}  // namespace hone::watch
