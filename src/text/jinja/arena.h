// The memory of one rendering: values are allocated one after the other and freed together at the end. So values are
// copied like numbers, and neither cycles nor deep nesting cost anything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "text/jinja/failure.h"

namespace hone::text::jinja {

class Arena {
 public:
  explicit Arena(size_t max_bytes) : max_bytes_(max_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Errors: Failure if the rendering would need more than the limit.
  void* allocate(size_t bytes) {
    bytes = (bytes + kAlignment - 1) & ~(kAlignment - 1);
    if (bytes > free_) add_chunk(bytes);
    char* place = next_;
    next_ += bytes;
    free_ -= bytes;
    return place;
  }

  // Makes an object that needs no destructor.
  template <typename T, typename... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    return new (allocate(sizeof(T))) T{std::forward<Arguments>(arguments)...};
  }

  template <typename T>
  std::span<T> array(size_t size) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kAlignment);
    if (size > max_bytes_ / sizeof(T)) fail_full();
    T* items = static_cast<T*>(allocate(size * sizeof(T)));
    std::uninitialized_default_construct_n(items, size);
    return {items, size};
  }

  template <typename T>
  std::span<const T> copy(std::span<const T> items) {
    const std::span<T> copied = array<T>(items.size());
    std::copy(items.begin(), items.end(), copied.begin());
    return copied;
  }

  std::string_view copy(std::string_view text) {
    char* bytes = static_cast<char*>(allocate(text.size()));
    if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
  }

 private:
  static constexpr size_t kAlignment = 16, kChunk = size_t{1} << 16;

  [[noreturn]] void fail_full() const { fail("the rendering needs more than {} MB of memory", max_bytes_ >> 20); }

  void add_chunk(size_t bytes) {
    if (bytes > max_bytes_ - std::min(max_bytes_, used_)) fail_full();
    const size_t size = std::max(bytes, std::min(kChunk << std::min<size_t>(chunks_.size(), 6), kChunk << 6));
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    used_ += size;
    next_ = chunks_.back().get();
    free_ = size;
  }

  size_t max_bytes_, used_ = 0, free_ = 0;
  char* next_ = nullptr;
  std::vector<std::unique_ptr<char[]>> chunks_;
};

}  // namespace hone::text::jinja
