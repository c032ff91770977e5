// Identifies a file by its inode and creation time, because a new file may get the inode of a removed one.
#include "watch/bounded_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace hone::watch {

std::optional<BoundedFile> BoundedFile::open(const std::filesystem::path& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!descriptor.is_open()) return std::nullopt;
  BoundedFile file(std::move(descriptor));
  struct statx status{};
  const int failed = statx(file.descriptor_.value(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &status);
  if (failed != 0 || !S_ISREG(status.stx_mode)) return std::nullopt;
  file.size_ = status.stx_size;
  file.modified_at_ = static_cast<double>(status.stx_mtime.tv_sec) + status.stx_mtime.tv_nsec * 1e-9;
  const bool has_birth = (status.stx_mask & STATX_BTIME) != 0;
  file.identity_ = fmt::format("{:x}-{:x}-{:x}", status.stx_ino, has_birth ? status.stx_btime.tv_sec : 0,
                               has_birth ? status.stx_btime.tv_nsec : 0);
  return file;
}

std::string BoundedFile::stamp() const { return fmt::format("{}-{:x}-{:.6f}", identity_, size_, modified_at_); }

std::string BoundedFile::read(uint64_t offset, uint64_t max_bytes) const {
  std::string bytes(offset < size_ ? std::min(size_ - offset, max_bytes) : 0, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count =
        pread(descriptor_.value(), bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

std::optional<std::string> read_bounded(const std::filesystem::path& path, uint64_t max_bytes) {
  const auto file = BoundedFile::open(path);
  if (!file || file->size() > max_bytes) return std::nullopt;
  return file->read(0, max_bytes);
}

}  // namespace hone::watch
