// "1: FLOCK  ADVISORY  WRITE 4711 08:01:131082 0 EOF": kind, mode, access, process, device (hexadecimal) and inode.
#include "watch/folder_locks.h"

#include <sys/sysmacros.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

namespace hone::watch {

namespace {

// Removes the part of `rest` before the first `mark`, with the mark, and returns it.
std::string_view take_until(std::string_view& rest, char mark) {
  const std::string_view part = rest.substr(0, rest.find(mark));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

std::string_view take_word(std::string_view& rest) {
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return take_until(rest, ' ');
}

template <typename Number>
bool read_number(std::string_view text, Number& value, int base = 10) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return status == std::errc() && end == text.data() + text.size();
}

}  // namespace

FolderLocks FolderLocks::read() {
  std::ifstream file("/proc/locks", std::ios::binary);
  FolderLocks locks(std::string(std::istreambuf_iterator<char>(file), {}));
  locks.is_known_ = file.is_open();
  return locks;
}

FolderLocks::FolderLocks(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    take_word(line);
    if (take_word(line) != "FLOCK") continue;
    take_word(line);
    take_word(line);
    const std::string_view pid = take_word(line);
    std::string_view place = take_word(line);
    const std::string_view device_major = take_until(place, ':'), device_minor = take_until(place, ':');
    Lock lock;
    unsigned major_number = 0, minor_number = 0;
    if (!read_number(pid, lock.pid) || !read_number(device_major, major_number, 16) ||
        !read_number(device_minor, minor_number, 16) || !read_number(place, lock.inode)) {
      continue;
    }
    lock.device = makedev(major_number, minor_number);
    locks_.push_back(lock);
  }
}

std::optional<int64_t> FolderLocks::holder(const struct stat& folder, std::optional<int64_t> expected_pid) const {
  for (const Lock& lock : locks_) {
    if (lock.inode != folder.st_ino) continue;
    if (lock.device == folder.st_dev || lock.pid == expected_pid) return lock.pid;
  }
  return std::nullopt;
}

}  // namespace hone::watch
