#include "search/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"

namespace hone::search {

namespace fs = std::filesystem;

namespace {

Error io_error(const fs::path& path, const char* what) {
  return Error(ErrorKind::kIo, fmt::format("{}: cannot {}: {}", path.string(), what, system_message(errno)));
}

Descriptor opened(const fs::path& path, int flags) {
  Descriptor file(open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (!file.is_open()) throw io_error(path, "open the journal");
  return file;
}

uint64_t size_of(const Descriptor& file, const fs::path& path) {
  struct stat status{};
  if (fstat(file.value(), &status) != 0) throw io_error(path, "read the journal");
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::kInput, fmt::format("{}: not a file", path.string()));
  return static_cast<uint64_t>(status.st_size);
}

std::string bytes_from(const fs::path& path, uint64_t begin) {
  const Descriptor file = opened(path, O_RDONLY);
  const uint64_t size = size_of(file, path);
  if (size < begin) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: another program made the journal shorter while it was in use", path.string()));
  }
  std::string bytes(size - begin, '\0');
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        pread(file.value(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(begin + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw io_error(path, "read the journal");
    if (count == 0) bytes.resize(done);
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace

Journal::Journal(fs::path path, LockTimes times) : path_(std::move(path)), times_(times) {
  if (!fs::exists(path_)) {
    opened(path_, O_WRONLY | O_CREAT | O_APPEND);
    sync_folder(path_.has_parent_path() ? path_.parent_path() : fs::path("."));
  }
  refresh();
  if (size_of(opened(path_, O_RDONLY), path_) == num_bytes_) return;
  const JournalLock lock(path_, times_);  // its writer may still be at work
  refresh();
  repair();
}

void Journal::refresh() {
  const std::string bytes = bytes_from(path_, num_bytes_);
  apply(std::string_view(bytes).substr(0, bytes.rfind('\n') + 1));  // npos + 1 is 0
}

void Journal::apply(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string where = fmt::format("{}:{}", path_.string(), num_lines_ + 1);
    try {
      replay_.apply(bytes.substr(0, end), where);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      throw Error(ErrorKind::kInput, fmt::format("{} (the journal is damaged there)", error.what()),
                  fmt::format("the {} lines before it are whole: `head -n {} {}` prints them; keep a copy of the rest",
                              num_lines_, num_lines_, path_.string()));
    }
    ++num_lines_;
    num_bytes_ += end + 1;
    bytes.remove_prefix(end + 1);
  }
}

// Under the lock, bytes behind the last whole line are of a writer that died.
void Journal::repair() {
  const Descriptor file = opened(path_, O_WRONLY);
  const uint64_t size = size_of(file, path_);
  if (size == num_bytes_) return;
  log_warning("{}:{}: a crash cut this line; its {} bytes are removed", path_.string(), num_lines_ + 1,
              size - num_bytes_);
  if (ftruncate(file.value(), static_cast<off_t>(num_bytes_)) != 0 || fsync(file.value()) != 0) {
    throw io_error(path_, "repair the journal");
  }
}

void Journal::update(const MakeLines& make) {
  const JournalLock lock(path_, times_);
  refresh();
  repair();
  std::string bytes;
  for (const std::string& line : make(replay_)) bytes += line + '\n';
  if (bytes.empty()) return;
  const Descriptor file = opened(path_, O_WRONLY | O_APPEND);
  ssize_t count = 0;
  do {
    count = write(file.value(), bytes.data(), bytes.size());
  } while (count < 0 && errno == EINTR);
  if (count != static_cast<ssize_t>(bytes.size())) {
    const Error error = count < 0 ? io_error(path_, "write the journal")
                                  : Error(ErrorKind::kIo, fmt::format("{}: the disk is full", path_.string()));
    if (ftruncate(file.value(), static_cast<off_t>(num_bytes_)) != 0) log_warning("{}", error.what());
    throw error;
  }
  if (fsync(file.value()) != 0) throw io_error(path_, "sync the journal");
  apply(bytes);
}

}  // namespace hone::search
