#include "watch/folder_locks.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "temporary_folder.h"

namespace folder_locks_test {

using namespace hone;
using namespace hone::watch;

struct stat status_of(uint64_t device, uint64_t inode) {
  struct stat status{};
  status.st_dev = device;
  status.st_ino = inode;
  return status;
}

constexpr const char* kText =
    "1: FLOCK  ADVISORY  WRITE 4711 08:11:131082 0 EOF\n"
    "2: POSIX  ADVISORY  WRITE 4712 08:11:77 0 EOF\n"
    "3: FLOCK  ADVISORY  WRITE 9 zz:01:5 0 EOF\n"
    "3: -> FLOCK  ADVISORY  WRITE 10 08:11:88 0 EOF\n"
    "4: FLOCK\n"
    "\n"
    "5: FLOCK  ADVISORY  READ 12 08:01:5 0 EOF";

TEST_CASE("the holder of a folder's lock is found by device and inode") {
  const FolderLocks locks{std::string_view(kText)};
  CHECK(locks.holder(status_of(makedev(8, 0x11), 131082), {}) == 4711);
  CHECK_FALSE(locks.holder(status_of(makedev(8, 1), 131082), {}).has_value());
  CHECK_FALSE(locks.holder(status_of(makedev(8, 0x11), 77), {}).has_value());  // another type of lock
  CHECK_FALSE(locks.holder(status_of(makedev(8, 0x11), 88), {}).has_value());  // only waits for the lock
  CHECK(locks.holder(status_of(makedev(8, 1), 5), {}) == 12);
}

TEST_CASE("if the file system reports another device, the lock of the run's process counts") {
  const FolderLocks locks{std::string_view(kText)};
  CHECK(locks.holder(status_of(makedev(0, 40), 131082), 4711) == 4711);
  CHECK_FALSE(locks.holder(status_of(makedev(0, 40), 131082), 4712).has_value());
}

TEST_CASE("this process' own lock is found as long as the process holds it") {
  const TemporaryFolder folder;
  struct stat status{};
  REQUIRE(stat(folder.path().c_str(), &status) == 0);
  if (!FolderLocks::read().is_known()) {
    MESSAGE("skipped: no /proc/locks");
    return;
  }
  CHECK_FALSE(FolderLocks::read().holder(status, getpid()).has_value());
  const int descriptor = open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(flock(descriptor, LOCK_EX | LOCK_NB) == 0);
  CHECK(FolderLocks::read().holder(status, getpid()) == getpid());
  close(descriptor);
  CHECK_FALSE(FolderLocks::read().holder(status, getpid()).has_value());
}

}  // namespace folder_locks_test
