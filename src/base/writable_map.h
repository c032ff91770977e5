// A block of bytes that is larger than a container should be: memory of its own, or a mapped file, of which the system
// keeps in memory what fits.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace hone {

class WritableMap {
 public:
  // Zeros. Errors (kIo): the memory cannot be reserved.
  static WritableMap in_memory(size_t size);
  // Opens the file, or makes one of zeros, and gives it this size; a full disk is an error here, not later. Keeps the
  // bytes that the file has. Errors: kIo with path and system message.
  static WritableMap in_file(const std::filesystem::path& path, size_t size);
  ~WritableMap();
  WritableMap(WritableMap&& other) noexcept;
  WritableMap& operator=(WritableMap&& other) noexcept;
  WritableMap(const WritableMap&) = delete;
  WritableMap& operator=(const WritableMap&) = delete;

  std::span<std::byte> bytes() const { return {data_, size_}; }
  // Returns after the bytes are on the disk. Errors: kIo.
  void sync() const;

 private:
  WritableMap(std::byte* data, size_t size) : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace hone
