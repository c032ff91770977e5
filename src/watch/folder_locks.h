// Which folders are locked by a running training, without taking a lock oneself: from /proc/locks.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hone::watch {

class FolderLocks {
 public:
  // The locks that there are now; is_known() is false where this system does not tell.
  static FolderLocks read();
  // From the text of /proc/locks; lines that are not understood are passed over.
  explicit FolderLocks(std::string_view text);

  bool is_known() const { return is_known_; }

  // The process that holds the lock of a folder. `expected_pid` (of its run.json) decides where the file system calls
  // the device by another number than its locks do (btrfs, overlays).
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
