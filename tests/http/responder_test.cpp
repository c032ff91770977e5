#include "http/responder.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace hone::http;

TEST_CASE("only the first response is delivered") {
  std::atomic<int> delivered{0};
  const Responder answer = make_responder([&](const Response&) { ++delivered; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([answer] { answer(text_response("x")); });
  for (std::thread& thread : threads) thread.join();
  CHECK(delivered == 1);
}

TEST_CASE("a responder that is never called responds 500 when its last copy is destroyed") {
  std::vector<unsigned> statuses;
  {
    const Responder answer = make_responder([&](const Response& response) { statuses.push_back(response.status); });
    const Responder copy = answer;
    CHECK(statuses.empty());
  }
  CHECK(statuses == std::vector<unsigned>{500});
}

TEST_CASE("no 500 follows a delivered response") {
  std::vector<unsigned> statuses;
  make_responder([&](const Response& response) { statuses.push_back(response.status); })(text_response("x", 201));
  CHECK(statuses == std::vector<unsigned>{201});
}
