// Finds the folders that a running training has locked, from /proc/locks and without taking a lock.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hone::watch {

class FolderLocks {
 public:
  // Reads the current locks; is_known() is false if this system has no /proc/locks.
  static FolderLocks read();
  // Parses the text of /proc/locks; skips malformed lines.
  explicit FolderLocks(std::string_view text);

  bool is_known() const { return is_known_; }

  // Returns the process that holds the lock of a folder. On some file systems (btrfs, overlays) /proc/locks has another
  // device number than stat; then only a lock of `expected_pid` (from run.json) counts.
  std::optional<int64_t> holder(const struct stat& folder, std::optional<int64_t> expected_pid) const;

 private:
  struct Lock {
    int64_t pid = 0;
    uint64_t device = 0, inode = 0;
  };

  std::vector<Lock> locks_;
  bool is_known_ = true;
};

}  // namespace hone::watch
