// Optuna looks at the journal's time of change through the link, so the link's target is an absolute path.
#include "search/journal_lock.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <random>
#include <thread>

#include "base/error.h"
#include "base/log.h"

namespace hone::search {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kShortestSleep{1}, kLongestSleep{1000};
constexpr std::chrono::seconds kBeforeNotice{10};

double seconds_of(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

// What changes while the holder of the lock is alive: the link itself, and the journal behind it.
struct Sign {
  ino_t inode = 0;
  timespec link_time{}, journal_time{};

  bool operator==(const Sign& other) const {
    const auto same = [](const timespec& a, const timespec& b) {
      return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
    };
    return inode == other.inode && same(link_time, other.link_time) && same(journal_time, other.journal_time);
  }
};

// Returns nullopt if there is no lock.
std::optional<Sign> sign_of(const fs::path& lock) {
  struct stat link{}, journal{};
  if (lstat(lock.c_str(), &link) != 0) return std::nullopt;
  if (stat(lock.c_str(), &journal) != 0) journal = {};
  return Sign{link.st_ino, link.st_mtim, journal.st_mtim};
}

// Takes the lock away by renaming it, so that of several programs only one removes it.
void remove_lock(const fs::path& lock) {
  std::random_device device;
  const fs::path renamed = fmt::format("{}{:08x}{:08x}.rename", lock.string(), device(), device());
  if (rename(lock.c_str(), renamed.c_str()) == 0) unlink(renamed.c_str());
}

}  // namespace

JournalLock::JournalLock(const fs::path& journal, const LockTimes& times) : path_(journal.string() + ".lock") {
  const fs::path target = fs::absolute(journal);
  const Clock::time_point start = Clock::now();
  Clock::time_point last_change = start, last_notice = start;
  std::optional<Sign> sign;
  milliseconds sleep = kShortestSleep;
  while (symlink(target.c_str(), path_.c_str()) != 0) {
    if (errno != EEXIST) {
      throw Error(ErrorKind::kIo, fmt::format("{}: cannot lock the journal: {}", path_.string(), system_message(errno)),
                  "the folder must be writable");
    }
    const std::optional<Sign> now = sign_of(path_);
    if (!now) continue;
    if (now != sign) {
      sign = now;
      last_change = Clock::now();
    }
    if (Clock::now() - last_change > times.stale) {
      log_warning("{}: the program that held the lock is gone (no change for {:.0f} s); the lock is removed",
                  path_.string(), seconds_of(Clock::now() - last_change));
      if (sign_of(path_) == sign) remove_lock(path_);
      sleep = kShortestSleep;
      continue;
    }
    if (Clock::now() - start > times.patience) {
      throw Error(ErrorKind::kIo,
                  fmt::format("{}: another program holds the lock and is at work; waited {:.0f} s", path_.string(),
                              seconds_of(Clock::now() - start)),
                  "try again when the other program is idle; if none uses the journal, remove the lock");
    }
    if (Clock::now() - last_notice > kBeforeNotice) {
      log_info("waiting for the lock {}", path_.string());
      last_notice = Clock::now();
    }
    std::this_thread::sleep_for(sleep);
    sleep = std::min(sleep * 2, kLongestSleep);
  }
}

JournalLock::~JournalLock() { remove_lock(path_); }

}  // namespace hone::search
