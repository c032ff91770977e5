// Uses mkstemp and unlink; path() opens the unlinked file through /proc/self/fd.
#include "table/temporary_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"

namespace hone::table {

namespace {

std::filesystem::path default_folder() {
  const char* folder = getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/var/tmp";
}

Error failure(const std::filesystem::path& folder, int error_number) {
  return Error(ErrorKind::kIo,
               fmt::format("cannot write a temporary file in {}: {}", folder.string(), system_message(error_number)),
               "set TMPDIR to a folder on a disk with enough free space");
}

}  // namespace

TemporaryFile::TemporaryFile(const std::filesystem::path& folder)
    : folder_(folder.empty() ? default_folder() : folder) {
  std::string pattern = (folder_ / "hone-rows-XXXXXX").string();
  descriptor_ = Descriptor(mkostemp(pattern.data(), O_CLOEXEC));
  if (!descriptor_.is_open()) throw failure(folder_, errno);
  unlink(pattern.c_str());
}

void TemporaryFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw failure(folder_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

std::string TemporaryFile::path() const { return fmt::format("/proc/self/fd/{}", descriptor()); }

}  // namespace hone::table
