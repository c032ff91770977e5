// Makes the next value on another thread while the caller works on the last one, so that reading overlaps computing.
#pragma once

#include <functional>
#include <future>
#include <optional>
#include <utility>

namespace hone {

template <typename T>
class Ahead {
 public:
  // `make` returns the next value, or nullopt at the end. Calls never overlap, and at most one value is made ahead.
  explicit Ahead(std::function<std::optional<T>()> make) : make_(std::move(make)) { start(); }

  // Returns the next value, or nullopt at the end. Throws what `make` threw for this value; then returns nullopt.
  std::optional<T> next() {
    if (!future_.valid()) return std::nullopt;
    std::optional<T> value = future_.get();
    if (value) start();
    return value;
  }

 private:
  void start() {
    future_ = std::async(std::launch::async, [this] { return make_(); });
  }

  std::function<std::optional<T>()> make_;
  std::future<std::optional<T>> future_;  // its destructor waits for the running call
};

}  // namespace hone
