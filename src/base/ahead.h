// Makes the next value on another thread while the last one is worked on: reading overlaps with computing.
#pragma once

#include <functional>
#include <future>
#include <optional>
#include <utility>

namespace hone {

template <typename T>
class Ahead {
 public:
  // `make` gives a value a call, and nullopt at the end. Calls never overlap, and one is ahead at most.
  explicit Ahead(std::function<std::optional<T>()> make) : make_(std::move(make)) { start(); }

  // The next value, or nullopt at the end. Throws what `make` threw, in its turn; after that there is nothing more.
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
  std::future<std::optional<T>> future_;  // its destructor waits for the call that is under way
};

}  // namespace hone
