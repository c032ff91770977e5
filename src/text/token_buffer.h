// The tokens that an encoder writes: ids and, if requested, their offsets and words.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "text/tokenizer.h"

namespace hone::text {

class TokenBuffer {
 public:
  // Allocates memory for `extra` more ids and returns it. The caller writes ids there, then calls add() with their
  // number.
  int32_t* reserve(size_t extra) {
    if (size_ + extra > capacity_) grow(size_ + extra);
    return ids_.get() + size_;
  }
  void add(size_t count) { size_ += count; }
  void push(int32_t id) {
    *reserve(1) = id;
    ++size_;
  }

  const int32_t* ids() const { return ids_.get(); }
  size_t size() const { return size_; }

  // Adds a token's offset, and the word of the text that it belongs to.
  void push_offset(Offset offset, uint32_t word) {
    offsets.push_back(offset);
    words.push_back(word);
    next_word_ = word + 1;
  }
  // The index of the next word of the text, for tokens with offsets.
  uint32_t next_word() const { return next_word_; }
  // Counts a word without tokens.
  void skip_word() { ++next_word_; }

  // Removes the tokens. Frees the memory if it is larger than ordinary texts need.
  void clear() {
    size_ = 0;
    next_word_ = 0;
    offsets.clear();
    words.clear();
    if (capacity_ <= kKeptIds) return;
    ids_.reset();
    capacity_ = 0;
    offsets = {};
    words = {};
  }

  std::vector<Offset> offsets;
  std::vector<uint32_t> words;  // beside offsets

 private:
  static constexpr size_t kKeptIds = 1 << 21;  // fresh pages cost as much as the ids of a long text

  [[gnu::noinline]] void grow(size_t needed) {  // so that push() is inlined
    const size_t capacity = needed + needed / 2 + 256;
    auto larger = std::make_unique_for_overwrite<int32_t[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), ids_.get(), size_ * sizeof(int32_t));
    ids_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<int32_t[]> ids_;
  size_t size_ = 0, capacity_ = 0;
  uint32_t next_word_ = 0;
};

}  // namespace hone::text
