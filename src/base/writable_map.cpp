#include "base/writable_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/descriptor.h"
#include "base/error.h"

namespace hone {

namespace {

Error map_error(const std::filesystem::path& path, int error_number) {
  return Error(ErrorKind::kIo, fmt::format("cannot make {}: {}", path.string(), system_message(error_number)),
               error_number == ENOSPC || error_number == EDQUOT ? "free some space and run again" : "");
}

std::byte* mapped(size_t size, int flags, int descriptor) {
  void* const data = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  return data == MAP_FAILED ? nullptr : static_cast<std::byte*>(data);
}

}  // namespace

WritableMap WritableMap::in_memory(size_t size) {
  if (size == 0) return {nullptr, 0};
  std::byte* const data = mapped(size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
  if (data == nullptr) {
    throw Error(ErrorKind::kIo, fmt::format("cannot reserve {} bytes of memory: {}", size, system_message(errno)));
  }
  return {data, size};
}

WritableMap WritableMap::in_file(const std::filesystem::path& path, size_t size) {
  const Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) throw map_error(path, errno);
  int status = ftruncate(file.value(), static_cast<off_t>(size)) == 0 ? 0 : errno;
  if (status == 0 && size == 0) return {nullptr, 0};
  if (status == 0) status = posix_fallocate(file.value(), 0, static_cast<off_t>(size));
  std::byte* const data = status == 0 ? mapped(size, MAP_SHARED, file.value()) : nullptr;
  if (data != nullptr) return {data, size};
  if (status == 0) status = errno;
  unlink(path.c_str());
  throw map_error(path, status);
}

WritableMap::~WritableMap() {
  if (data_ != nullptr) munmap(data_, size_);
}

WritableMap::WritableMap(WritableMap&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

WritableMap& WritableMap::operator=(WritableMap&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void WritableMap::sync() const {
  if (data_ != nullptr && msync(data_, size_, MS_SYNC) != 0) {
    throw Error(ErrorKind::kIo, fmt::format("cannot write a mapped file: {}", system_message(errno)));
  }
}

}  // namespace hone
