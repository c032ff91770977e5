// The runs that `hone watch RUN...` shows. Each RUN is the folder of a run, or a folder that contains such folders.
// list() searches the latter again each time, because runs come and go.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone::watch {

struct RunFolder {
  // The name and a digest of the path, made of letters, digits, ".", "_" and "-". It depends only on the path, so that
  // bookmarks and colours stay valid.
  std::string id;
  std::string name;
  std::filesystem::path path;  // absolute, without links
};

class RunList {
 public:
  // Errors (kUsage): a folder that does not exist.
  explicit RunList(const std::vector<std::string>& folders);

  // Returns at most kMaxRuns runs, in the order of the arguments; runs within a folder by name.
  std::vector<RunFolder> list();
  // Returns the run with this id. Reads one folder if the last list had the run and it still exists, else all folders.
  std::optional<RunFolder> find(const std::string& id);

 private:
  struct Known {
    RunFolder run;
    std::filesystem::path place;  // where list() found it; may be a link
  };
  static bool is_still_there(const Known& known);

  std::vector<std::filesystem::path> folders_;
  std::map<std::string, Known> known_;  // by id, from the last list
};

inline constexpr size_t kMaxRuns = 1000;

}  // namespace hone::watch
