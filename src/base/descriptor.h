// An open file descriptor that is closed when its owner is destroyed.
#pragma once

#include <unistd.h>

#include <utility>

namespace hone {

class Descriptor {
 public:
  Descriptor() = default;
  // Takes ownership of `value`; -1 owns nothing.
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int value() const { return value_; }
  bool is_open() const { return value_ >= 0; }
  // Returns the result of close(2), or 0 if nothing is open.
  int close() { return is_open() ? ::close(std::exchange(value_, -1)) : 0; }

 private:
  int value_ = -1;
};

}  // namespace hone
