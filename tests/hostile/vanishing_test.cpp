// Clients vanish in the middle of requests to /predict of the real program with a real (tiny) model. They leak nothing,
// and every other request succeeds.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "cli/serve_program.h"
#include "cli/tiny.h"
#include "expect_error.h"
#include "hostile/server_numbers.h"

namespace vanishing_test {

using namespace hone;

enum class End { kClose, kReset };

// Sends these bytes and closes the connection: normally, or with a reset like that of a killed process.
void vanish(const ServeProgram& server, std::string_view bytes, End end) {
  HttpConnection connection(server.port());
  connection.send_raw(bytes);
  if (end == End::kReset) connection.close_by_reset();
}

std::string predict_request(const std::string& body) {
  return fmt::format("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

std::string body_of(size_t num_texts) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "great ";
  return Json({{"inputs", std::vector<std::string>(num_texts, text)}}).dump();
}

// Sends one request after the other for its lifetime; each must succeed.
class HonestClient {
 public:
  explicit HonestClient(const ServeProgram& server) : connection_(server.port()) {
    thread_ = std::thread([this] {
      while (!done_) {
        connection_.send_request("POST", "/predict", R"({"inputs": "good movie"})");
        ++(connection_.receive().status == 200 ? num_answered_ : num_failed_);
      }
    });
  }
  ~HonestClient() { stop(); }
  void stop() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int num_answered() const { return num_answered_; }
  int num_failed() const { return num_failed_; }

 private:
  HttpConnection connection_;
  std::atomic<bool> done_{false};
  std::atomic<int> num_answered_{0}, num_failed_{0};
  std::thread thread_;
};

TEST_CASE("memory, connections and queue do not grow if clients vanish anywhere in a request") {
  ServeProgram server(tiny_model(), {"--max-queue", "10000"});  // so that the honest client never gets 429
  server.ready();
  const std::string whole = predict_request(body_of(4));
  const size_t head = whole.find("\r\n\r\n") + 4;
  const auto vanish_often = [&](int rounds) {
    for (int i = 0; i < rounds; ++i) {
      for (const End end : {End::kClose, End::kReset}) {
        vanish(server, whole, end);                                              // before the response
        vanish(server, whole.substr(0, head + (whole.size() - head) / 2), end);  // half a body
        vanish(server, whole.substr(0, head / 2), end);                          // half a head
        vanish(server, whole + whole.substr(0, head), end);                      // after the head of a second request
      }
    }
  };
  const auto settle = [&] {  // this connection is the remaining one
    return server.process().wait_until([&] {
      return number_of(server, "hone_http_connections") == 1 && number_of(server, "hone_queue_requests") == 0;
    });
  };
  const auto resident_after = [&](int rounds) {
    {
      HonestClient honest(server);
      vanish_often(rounds);
      CHECK(server.process().wait_until([&] { return honest.num_answered() >= 100; }, 120));
      honest.stop();
      CHECK(honest.num_failed() == 0);
    }
    REQUIRE(settle());
    return resident_kib(server);
  };
  CHECK(grows_no_more([&] { return resident_after(500); }));
}

TEST_CASE("a waiting request whose client has vanished is not computed") {
  ServeProgram server(tiny_model(), {"--max-batch-tokens", "64"});
  server.ready();
  const double before = number_of(server, "hone_tokens_total");
  const std::string work = predict_request(body_of(64));  // 64 rows of 40 tokens, one row per batch
  constexpr int kClients = 200;
  {
    std::vector<HttpConnection> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back(server.port());
      clients.back().send_raw(work);
      if (i % 2 == 1) clients.back().close_by_reset();
    }
  }
  HttpConnection last(server.port());
  last.send_request("POST", "/predict", R"({"inputs": "good movie"})");
  CHECK(last.receive().status == 200);
  REQUIRE(server.process().wait_until([&] { return number_of(server, "hone_queue_requests") == 0; }));
  CHECK(server.process().wait_until([&] { return number_of(server, "hone_queue_abandoned_total") >= kClients / 2; }));
  const double computed = number_of(server, "hone_tokens_total") - before;
  const double abandoned = number_of(server, "hone_queue_abandoned_total");
  MESSAGE(abandoned << " of " << kClients << " requests abandoned, " << computed << " tokens computed of "
                    << kClients * 64 * 40);
  CHECK(computed < kClients * 64 * 40 / 2);
}

}  // namespace vanishing_test
