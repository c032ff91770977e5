// Sends thousands of requests of mixed size to the real program with a real (tiny) model: after a warm-up its memory
// does not grow any further.
#include <doctest/doctest.h>

#include <random>
#include <thread>
#include <vector>

#include "cli/serve_program.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "hostile/server_numbers.h"

namespace memory_test {

using namespace hone;

constexpr int kClients = 8;

// One text, a few, or at times as many as a request may have; each from one word to more tokens than the model accepts.
std::string mixed_body(std::mt19937& draw) {
  const size_t num_texts = draw() % 50 == 0 ? 64 : 1 + draw() % 4;
  std::vector<std::string> texts(num_texts);
  for (std::string& text : texts) {
    for (size_t words = 1 + draw() % 80; words > 0; --words) text += draw() % 2 == 0 ? "great " : "movie ";
  }
  return Json({{"inputs", texts}}).dump();
}

// Returns how many responses had scores for every text.
int ask_mixed(const ServeProgram& server, int count, uint32_t seed) {
  std::mt19937 draw(seed);
  HttpConnection connection(server.port());
  int num_answered = 0;
  for (int i = 0; i < count; ++i) {
    const std::string body = mixed_body(draw);
    connection.send_request("POST", "/predict", body);
    const HttpAnswer answer = connection.receive();
    num_answered += answer.status == 200 && answer.json().size() == Json::parse(body)["inputs"].size();
  }
  return num_answered;
}

int ask_by_all_clients(const ServeProgram& server, int count, uint32_t seed) {
  std::vector<int> answered(kClients);
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back(
        [&, i] { answered[i] = ask_mixed(server, count / kClients, seed + static_cast<uint32_t>(i)); });
  }
  for (std::thread& client : clients) client.join();
  int sum = 0;
  for (const int one : answered) sum += one;
  return sum;
}

TEST_CASE("the server's memory does not grow over 10,000 requests of mixed size to /predict after a warm-up") {
  ServeProgram server(tiny_model());
  server.ready();
  uint32_t seed = 0;
  CHECK(grows_no_more([&] {
    CHECK(ask_by_all_clients(server, 10'000, seed += kClients) == 10'000);
    return resident_kib(server);
  }));
}

}  // namespace memory_test
