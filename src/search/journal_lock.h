// The lock of Optuna's JournalFileBackend: a symbolic link <journal>.lock, which works on network file systems too.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace hone::search {

struct LockTimes {
  // The lock of a program that was killed: it is removed if the journal has not changed for this long.
  std::chrono::milliseconds stale{30000};
  // How long to wait while others hold the lock and work.
  std::chrono::milliseconds patience{180000};
};

// Holds the lock until it is destroyed.
class JournalLock {
 public:
  // Waits for the lock. Removes a stale one, with a warning. Errors (kIo): another program holds it and works, for
  // longer than the patience; the folder cannot be written.
  JournalLock(const std::filesystem::path& journal, const LockTimes& times);
  ~JournalLock();
  JournalLock(const JournalLock&) = delete;
  JournalLock& operator=(const JournalLock&) = delete;

 private:
  std::filesystem::path path_;
};

}  // namespace hone::search
