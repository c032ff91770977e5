// Uses POSIX calls, so that writes can be synced and errors keep their errno.
#include "base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <utility>

#include "base/error.h"

namespace hone {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kTemporaryMark = ".hone-tmp-";

Error io_error(std::string_view doing, const fs::path& path, int error_number) {
  std::string hint;
  if (error_number == ENOSPC || error_number == EDQUOT) hint = "free some space and run again";
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS)
    hint = "check the permissions of this path";
  return Error(ErrorKind::kIo, fmt::format("cannot {} {}: {}", doing, path.string(), system_message(error_number)),
               hint);
}

fs::path without_trailing_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

fs::path temporary_path(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.parent_path() / fmt::format("{}{}{}-{}", path.filename().string(), kTemporaryMark, getpid(), counter++);
}

Descriptor open_file(const fs::path& path, int flags, std::string_view doing) {
  Descriptor file(open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!file.is_open()) throw io_error(doing, path, errno);
  return file;
}

void write_all(const Descriptor& file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(file.value(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw io_error("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

// Renames `from` to `to`. An older folder at `to` is exchanged with `from` in one step, so that `to` is complete at
// every moment; then returns false, because `from` still exists.
bool move_into_place(const fs::path& from, const fs::path& to) {
  if (fs::exists(to)) {
    if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) return false;
    if (errno != EINVAL && errno != ENOSYS) throw io_error("write", to, errno);
    fs::remove_all(to);  // this file system cannot exchange
  }
  if (rename(from.c_str(), to.c_str()) != 0) throw io_error("write", to, errno);
  return true;
}

void sync_path(const fs::path& path, int flags) {
  const Descriptor file = open_file(path, flags, "open");
  if (fsync(file.value()) != 0) throw io_error("write", path, errno);
}

}  // namespace

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor file = open_file(path, O_RDONLY, "open");
  struct stat status{};
  if (fstat(file.value(), &status) != 0) throw io_error("read", path, errno);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::kIo, fmt::format("{} is not a file", path.string()));
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;
  void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (mapped == MAP_FAILED) throw io_error("map", path, errno);
  data_ = static_cast<const char*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<char*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void MappedFile::release(std::string_view part) const {
  static const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const std::less<> is_before;
  if (is_before(part.data(), data_) || is_before(data_ + size_, part.data() + part.size())) return;
  const auto begin = static_cast<size_t>(part.data() - data_);
  const size_t first = (begin + page - 1) / page * page, end = (begin + part.size()) / page * page;
  if (first < end) madvise(const_cast<char*>(data_) + first, end - first, MADV_DONTNEED);
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), temporary_(temporary_path(path_)) {
  descriptor_ = Descriptor(open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!descriptor_.is_open()) throw io_error("write", path_, errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_.is_open()) unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) { write_all(descriptor_, bytes, path_); }

void AtomicFile::commit() {
  if (fsync(descriptor_.value()) != 0) throw io_error("write", path_, errno);
  move_into_place();
  sync_folder(path_.has_parent_path() ? path_.parent_path() : ".");
}

void AtomicFile::commit_unsynced() { move_into_place(); }

void AtomicFile::move_into_place() {
  const int closed = descriptor_.close();
  if (closed != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error_number = errno;
    unlink(temporary_.c_str());
    throw io_error("write", path_, error_number);
  }
}

AppendFile::AppendFile(fs::path path)
    : path_(std::move(path)), descriptor_(open_file(path_, O_WRONLY | O_CREAT | O_APPEND, "write")) {}

void AppendFile::append(std::string_view bytes) { write_all(descriptor_, bytes, path_); }

AtomicFolder::AtomicFolder(const fs::path& path)
    : path_(without_trailing_slash(path)), staging_(temporary_path(path_)) {
  if (path_.has_parent_path()) make_folders(path_.parent_path());
  if (mkdir(staging_.c_str(), 0755) != 0) throw io_error("make folder", path_, errno);
}

AtomicFolder::~AtomicFolder() {
  if (!committed_) {
    std::error_code ignored;
    fs::remove_all(staging_, ignored);
  }
}

void AtomicFolder::commit() {
  for (const auto& entry : fs::recursive_directory_iterator(staging_)) {
    if (entry.is_regular_file()) sync_path(entry.path(), O_RDONLY);
    if (entry.is_directory()) sync_folder(entry.path());
  }
  sync_folder(staging_);
  committed_ = move_into_place(staging_, path_);
  sync_folder(path_.has_parent_path() ? path_.parent_path() : ".");
}

std::string read_file(const fs::path& path) {
  const Descriptor file = open_file(path, O_RDONLY, "open");
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = read(file.value(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw io_error("read", path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(count));
  }
}

void write_file(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void replace_file(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit_unsynced();
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw io_error("make folder", path, error.value());
}

void sync_folder(const fs::path& path) { sync_path(path, O_RDONLY | O_DIRECTORY); }

fs::path contained_path(const fs::path& folder, std::string_view name) {
  const fs::path relative(name);
  bool contained = !name.empty() && relative.is_relative() && name.find('\0') == std::string_view::npos;
  for (const fs::path& part : relative) contained = contained && part != "..";
  if (!contained) {
    throw Error(ErrorKind::kInput, fmt::format("\"{}\" is not a path inside {}", name, folder.string()));
  }
  return folder / relative;
}

bool is_temporary_name(std::string_view file_name) { return file_name.find(kTemporaryMark) != std::string_view::npos; }

}  // namespace hone
