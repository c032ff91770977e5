// Reads the bytes of a file from beginning to end, decompressing it if necessary.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace hone::table {

enum class Compression { kNone, kGzip, kXz, kZstd, kBzip2 };

// Returns the compression that the last extension names (.gz, .xz, .zst, .bz2).
Compression compression_of(const std::filesystem::path& path);
// Returns the path without that extension.
std::filesystem::path without_compression(const std::filesystem::path& path);

class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // Reads up to `size` bytes; returns 0 only at the end. Errors: kIo; kInput for damaged or incomplete compressed data.
  virtual size_t read(char* bytes, size_t size) = 0;
};

std::unique_ptr<ByteReader> open_bytes(const std::filesystem::path& path, Compression compression);

}  // namespace hone::table
