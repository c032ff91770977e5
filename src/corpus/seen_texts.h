// The texts that occurred, for finding equal ones: 128 bits of each text's SHA-256, in about 32 bytes of memory a text.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hone::corpus {

class SeenTexts {
 public:
  SeenTexts() : slots_(kFirstSlots) {}

  // Returns whether the text is new, and remembers it.
  bool insert(std::string_view text);
  uint64_t size() const { return size_; }

 private:
  using Hash = std::array<uint64_t, 2>;  // zeros: the slot is empty
  static constexpr size_t kFirstSlots = 1024;

  static Hash hash_of(std::string_view text);
  // Returns the slot that holds the hash or that it would fill.
  static Hash& slot_of(std::vector<Hash>& slots, const Hash& hash);
  void grow();

  std::vector<Hash> slots_;  // a power of two, at most half of them full
  uint64_t size_ = 0;
};

}  // namespace hone::corpus
