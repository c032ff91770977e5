// Reads files that other programs write and that may have any content. Opening does not follow links or wait for pipes;
// reading stops at a limit.
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
  // Returns nullopt if there is no regular file with that name, or if it may not be read.
  static std::optional<BoundedFile> open(const std::filesystem::path& path);

  uint64_t size() const { return size_; }
  // Returns the time of the last write in seconds since 1970.
  double modified_at() const { return modified_at_; }
  // Returns an id that stays the same while this file exists, even if it grows. A file that replaces it has another id.
  const std::string& identity() const { return identity_; }
  // Returns a text that changes whenever the file is written.
  std::string stamp() const;

  // Returns at most `max_bytes` from `offset` on; fewer at the end or if reading fails.
  std::string read(uint64_t offset, uint64_t max_bytes) const;

 private:
  explicit BoundedFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
  uint64_t size_ = 0;
  double modified_at_ = 0;
  std::string identity_;
};

// Returns the whole file, or nullopt if it is missing or larger than `max_bytes`.
std::optional<std::string> read_bounded(const std::filesystem::path& path, uint64_t max_bytes);

}  // namespace hone::watch
