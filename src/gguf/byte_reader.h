// Reads numbers and texts from the bytes of a GGUF file, front to back. Compares every length with the bytes that are
// left before it is used.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/error.h"

namespace hone::gguf {

static_assert(std::endian::native == std::endian::little, "the numbers of a GGUF file are little-endian");

inline constexpr const char* kDamagedHint = "the file is damaged or incomplete: download it again";

class ByteReader {
 public:
  // `source` names the file in errors, which are of the kind kInput.
  ByteReader(std::string_view bytes, const std::string& source) : bytes_(bytes), source_(source) {}

  size_t position() const { return position_; }
  size_t num_left() const { return bytes_.size() - position_; }
  const std::string& source() const { return source_; }

  // Returns the next `size` bytes. `what` names them if the file has fewer.
  std::string_view take(uint64_t size, std::string_view what);

  template <typename T>
  T number(std::string_view what) {
    T value;
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }

  // Returns a text that follows its 64-bit length.
  std::string_view text(std::string_view what) { return take(number<uint64_t>(what), what); }

  // Returns a 64-bit number of things that take at least `min_bytes` each. Throws if the file has too few bytes for
  // them.
  uint64_t count(std::string_view what, size_t min_bytes);
  void check_count(uint64_t count, std::string_view what, size_t min_bytes) const;

  // Returns "SOURCE: WHAT, at byte N".
  Error error(std::string_view what) const;

 private:
  std::string_view bytes_;
  const std::string& source_;
  size_t position_ = 0;
};

}  // namespace hone::gguf
