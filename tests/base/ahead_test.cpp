#include "base/ahead.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

using hone::Ahead;

TEST_CASE("values are returned in the order they were made, and nothing after the end") {
  int made = 0;
  Ahead<int> ahead([&]() -> std::optional<int> { return made < 5 ? std::optional(made++) : std::nullopt; });
  std::vector<int> values;
  while (const auto value = ahead.next()) values.push_back(*value);
  CHECK(values == std::vector{0, 1, 2, 3, 4});
  CHECK_FALSE(ahead.next());
}

TEST_CASE("the next value is made while the caller works on the current one") {
  std::atomic<int> made = 0;
  Ahead<int> ahead([&]() -> std::optional<int> { return made < 10 ? std::optional(++made) : std::nullopt; });
  CHECK(ahead.next() == 1);
  for (int waited = 0; made < 2 && waited < 2000; ++waited) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(made == 2);
}

TEST_CASE("an error is thrown in place of its value") {
  int calls = 0;
  Ahead<int> ahead([&]() -> std::optional<int> {
    if (++calls == 2) throw std::runtime_error("second");
    return calls;
  });
  CHECK(ahead.next() == 1);
  CHECK_THROWS_WITH(ahead.next(), "second");
  CHECK_FALSE(ahead.next());
}

TEST_CASE("the destructor waits for the value that is being made") {
  std::atomic<bool> finished = false;
  {
    Ahead<int> ahead([&]() -> std::optional<int> {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      finished = true;
      return 1;
    });
  }
  CHECK(finished);
}
