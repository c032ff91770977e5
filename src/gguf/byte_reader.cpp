#include "gguf/byte_reader.h"

namespace hone::gguf {

std::string_view ByteReader::take(uint64_t size, std::string_view what) {
  if (size > num_left()) throw error(fmt::format("{} needs {} bytes, the file has {} more", what, size, num_left()));
  const std::string_view bytes = bytes_.substr(position_, static_cast<size_t>(size));
  position_ += bytes.size();
  return bytes;
}

uint64_t ByteReader::count(std::string_view what, size_t min_bytes) {
  const auto count = number<uint64_t>(what);
  check_count(count, what, min_bytes);
  return count;
}

void ByteReader::check_count(uint64_t count, std::string_view what, size_t min_bytes) const {
  if (count <= num_left() / min_bytes) return;
  throw error(fmt::format("{} is {}, which needs more bytes than the {} that are left", what, count, num_left()));
}

Error ByteReader::error(std::string_view what) const {
  return Error(ErrorKind::kInput, fmt::format("{}: {}, at byte {}", source_, what, position_), kDamagedHint);
}

}  // namespace hone::gguf
