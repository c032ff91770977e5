#include "serve/preparer.h"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <vector>

using namespace hone;
using serve::Preparer;

TEST_CASE("work runs in order on another thread") {
  Preparer preparer(100);
  std::vector<int> order;
  std::promise<std::thread::id> last;
  for (int i = 0; i < 10; ++i) CHECK(preparer.submit([&order, i] { order.push_back(i); }));
  CHECK(preparer.submit([&] { last.set_value(std::this_thread::get_id()); }));
  CHECK(last.get_future().get() != std::this_thread::get_id());
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("the queue has a limit, and stop() drops the waiting work") {
  std::promise<void> begun, go_on;
  Preparer preparer(2);
  CHECK(preparer.submit([&] {
    begun.set_value();
    go_on.get_future().wait();
  }));
  begun.get_future().wait();
  const auto held = std::make_shared<int>(0);
  for (int i = 0; i < 2; ++i) CHECK(preparer.submit([held] { ++*held; }));
  CHECK_FALSE(preparer.submit([] {}));
  std::thread stopping([&] { preparer.stop(); });
  while (held.use_count() > 1) std::this_thread::yield();  // dropped while the first one still runs
  go_on.set_value();
  stopping.join();
  CHECK(*held == 0);
  CHECK_FALSE(preparer.submit([] {}));
  preparer.stop();
}
