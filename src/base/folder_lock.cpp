#include "base/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

#include "base/error.h"
#include "base/files.h"

namespace hone {

Descriptor lock_folder(const std::filesystem::path& folder, std::string_view doing, std::string_view option) {
  Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.is_open()) {
    throw Error(ErrorKind::kIo, fmt::format("cannot open {}: {}", folder.string(), system_message(errno)));
  }
  if (flock(descriptor.value(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(ErrorKind::kUsage, fmt::format("another process is {} {}", doing, folder.string()),
                fmt::format("wait for it, or give another {}", option));
  }
  return descriptor;
}

}  // namespace hone
