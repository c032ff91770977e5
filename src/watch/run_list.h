// The runs that `hone watch RUN...` shows. Each RUN is the folder of a run, or a folder with such folders in it, which
// is searched again for each list because runs come and go.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone::watch {

struct RunFolder {
  // The name and a digest of the path, made of letters, digits, ".", "_" and "-". It depends on the path alone, so that
  // bookmarks and colours keep meaning this run.
  std::string id;
  std::string name;
  std::filesystem::path path;  // absolute, without links
};

class RunList {
 public:
  // Errors (kUsage): a folder that does not exist.
  explicit RunList(const std::vector<std::string>& folders);

  // In the order of the arguments; runs within a folder by name. At most kMaxRuns.
  std::vector<RunFolder> list();
  // Looks at one folder if the run was listed before and still exists, else at all of them.
  std::optional<RunFolder> find(const std::string& id);

 private:
  struct Known {
    RunFolder run;
    std::filesystem::path place;  // where it was found; may be a link to it
  };
  static bool is_still_there(const Known& known);

  std::vector<std::filesystem::path> folders_;
  std::map<std::string, Known> known_;  // by id, from the last list
};

inline constexpr size_t kMaxRuns = 1000;

}  // namespace hone::watch
