// The runs that `hone watch RUN...` shows: each RUN is the folder of a run, or a folder with such folders in it, looked
// through anew for each list, as runs come and go.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone::watch {

struct RunFolder {
  // Of letters, digits, ".", "_" and "-": the name and a digest of the path. The same wherever and whenever this path
  // is listed, whatever else is, so that an address that was kept and a colour that was given go on to mean this run.
  std::string id;
  std::string name;
  std::filesystem::path path;  // absolute, without links
};

class RunList {
 public:
  // Errors (kUsage): a folder that does not exist.
  explicit RunList(const std::vector<std::string>& folders);

  // In the order of the arguments, those of a folder by name. At most kMaxRuns.
  std::vector<RunFolder> list();
  // Looks at one folder only where the run was listed before and is still there; else at all of them.
  std::optional<RunFolder> find(const std::string& id);

 private:
  struct Known {
    RunFolder run;
    std::filesystem::path place;  // where it was found, which may be a link to it
  };
  static bool is_still_there(const Known& known);

  std::vector<std::filesystem::path> folders_;
  std::map<std::string, Known> known_;  // by id, of the last list
};

inline constexpr size_t kMaxRuns = 1000;

}  // namespace hone::watch
