// A second run of the same folder name gets the start of its path's digest behind it.
#include "watch/run_list.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"
#include "watch/run_record.h"

namespace hone::watch {

namespace fs = std::filesystem;

namespace {

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

std::string id_text(const std::string& name) {
  std::string id = name;
  std::replace_if(id.begin(), id.end(), [](char c) { return !is_id_character(c); }, '-');
  return id.find_first_not_of(".-") == std::string::npos ? "run" + id : id;
}

std::vector<fs::path> runs_within(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory(error) && !is_temporary_name(entry.path().filename().string()) && is_run(entry.path())) {
      found.push_back(fs::canonical(entry.path(), error));
    }
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
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& path) {
    if (runs.size() == kMostRuns || !seen.insert(path).second) return;
    runs.push_back({id_of(path), path.filename().string(), path});
  };
  for (const fs::path& folder : folders_) {
    if (is_run(folder)) {
      add(folder);
    } else {
      for (const fs::path& path : runs_within(folder)) add(path);  // a link to a run is that run
    }
  }
  return runs;
}

std::optional<RunFolder> RunList::find(const std::string& id) {
  for (RunFolder& run : list()) {
    if (run.id == id) return std::move(run);
  }
  return std::nullopt;
}

std::string RunList::id_of(const fs::path& path) {
  const auto known = ids_.find(path.string());
  if (known != ids_.end()) return known->second;
  std::string id = id_text(path.filename().string());
  if (taken_.count(id) > 0) id += "-" + sha256(path.string()).substr(0, 8);
  taken_.insert(id);
  return ids_[path.string()] = id;
}

}  // namespace hone::watch
