// The runs that `hone watch RUN...` shows: each RUN is the folder of a run, or a folder with such folders in it, looked
// through anew each time, as runs come and go.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hone::watch {

struct RunFolder {
  std::string
      id;  // of letters, digits, ".", "_" and "-"; the same for as long as the run is there, and after a restart
  std::string name;
  std::filesystem::path path;  // absolute
};

class RunList {
 public:
  // Errors (kUsage): a folder that does not exist.
  explicit RunList(const std::vector<std::string>& folders);

  // In the order of the arguments, those of a folder by name. At most kMostRuns.
  std::vector<RunFolder> list();
  std::optional<RunFolder> find(const std::string& id);

 private:
  std::string id_of(const std::filesystem::path& path);

  std::vector<std::filesystem::path> folders_;
  std::map<std::string, std::string> ids_;  // by path
  std::set<std::string> taken_;
};

inline constexpr size_t kMostRuns = 1000;

}  // namespace hone::watch
