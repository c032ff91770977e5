// Files that others write and that may be anything: opened without following a link or waiting at a pipe, and never
// read beyond a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "base/descriptor.h"

namespace hone::watch {

class BoundedFile {
 public:
  // nullopt where there is no regular file of that name, or it may not be read.
  static std::optional<BoundedFile> open(const std::filesystem::path& path);

  uint64_t size() const { return size_; }
  // Seconds since 1970 of the last write.
  double modified_at() const { return modified_at_; }
  // The same for as long as this very file is there, though it may grow; another for a file that takes its place.
  const std::string& identity() const { return identity_; }
  // Another whenever the file was written.
  std::string stamp() const;

  // At most `most` bytes from `offset` on; fewer at the end or where reading fails.
  std::string read(uint64_t offset, uint64_t most) const;

 private:
  explicit BoundedFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
  uint64_t size_ = 0;
  double modified_at_ = 0;
  std::string identity_;
};

// The whole file; nullopt where there is none, or it is larger than `most`.
std::optional<std::string> read_bounded(const std::filesystem::path& path, uint64_t most);

}  // namespace hone::watch
