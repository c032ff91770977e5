// A thousand sockets send byte by byte to the real program with a real (tiny) model, while other clients send requests
// to /predict. The comparison of latencies has several attempts and is a slow proof, because a shared machine is noisy.
// http/server compares them in every run of the tests, with a stand-in for the model.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "cli/serve_program.h"
#include "cli/tiny.h"
#include "hostile/server_numbers.h"

namespace slow_loris_test {

using namespace hone;

using Clock = std::chrono::steady_clock;

constexpr size_t kSockets = 1000;

// Sockets that send one byte of a request each second; a new one replaces each socket that the server closes.
class Dribblers {
 public:
  explicit Dribblers(uint16_t port) {
    for (size_t i = 0; i < kSockets; ++i) sockets_.push_back(begin(port));
    thread_ = std::thread([this, port] {
      for (size_t i = 0; !done_; i = (i + 1) % kSockets) {
        if (!sockets_[i]->send_raw("a")) {
          sockets_[i] = begin(port);
          ++num_cut_off_;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(1'000'000 / kSockets));
      }
    });
  }
  ~Dribblers() {
    done_ = true;
    thread_.join();
  }
  size_t num_cut_off() const { return num_cut_off_; }

 private:
  static std::unique_ptr<HttpConnection> begin(uint16_t port) {
    auto connection = std::make_unique<HttpConnection>(port);
    connection->send_raw("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{");
    return connection;
  }

  std::vector<std::unique_ptr<HttpConnection>> sockets_;
  std::atomic<bool> done_{false};
  std::atomic<size_t> num_cut_off_{0};
  std::thread thread_;
};

void allow_files(rlim_t count) {
  rlimit files{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = std::max(files.rlim_cur, std::min(count, files.rlim_max));
  REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
}

// Sends requests one after the other for `duration`, each on a connection of its own, and returns the 99th percentile
// of their latencies in milliseconds. All must succeed.
double p99(const ServeProgram& server, const std::string& body, std::chrono::seconds duration) {
  std::vector<double> times;
  for (const auto begin = Clock::now(); Clock::now() - begin < duration;) {
    const auto start = Clock::now();
    REQUIRE(server.ask("POST", "/predict", body).status == 200);
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() * 99 / 100];
}

TEST_CASE("requests to /predict succeed while 1,000 sockets send byte by byte") {
  allow_files(4096);
  ServeProgram server(tiny_model(), {"--max-connections", "2000"});
  server.ready();
  const Dribblers dribblers(server.port());
  CHECK(number_of(server, "hone_http_connections") >= kSockets);
  CHECK(p99(server, R"({"inputs": "good movie"})", std::chrono::seconds(2)) < 2000);
}

TEST_SUITE("slow") {
  TEST_CASE("with 1,000 sockets that send byte by byte, p99 of /predict is at most twice that of an idle server" *
            doctest::skip()) {
    allow_files(4096);
    ServeProgram server(tiny_model(), {"--max-connections", "2000", "--request-timeout", "3"});
    server.ready();
    std::string text;
    for (int i = 0; i < 60; ++i) text += "great ";
    const std::string body = Json({{"inputs", std::vector<std::string>(16, text)}}).dump();
    p99(server, body, std::chrono::seconds(1));
    bool is_fair = false;
    for (int attempt = 0; attempt < 5 && !is_fair; ++attempt) {  // another program may have used the processor
      const double idle = p99(server, body, std::chrono::seconds(4));
      const Dribblers dribblers(server.port());
      CHECK(number_of(server, "hone_http_connections") >= kSockets);
      const double attacked = p99(server, body, std::chrono::seconds(10));
      CHECK(dribblers.num_cut_off() > 0);  // they did reach their time limit
      MESSAGE("p99 idle " << idle << " ms, with 1,000 dribbling sockets " << attacked << " ms");
      is_fair = attacked <= 2 * idle;
    }
    CHECK(is_fair);
  }
}

}  // namespace slow_loris_test
