#include "http/connection.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <mutex>

#include "base/log.h"
#include "expect_error.h"
#include "http/test_server.h"

namespace connection_test {

using namespace hone;
using namespace hone::http;
using std::chrono::milliseconds;

ServerConfig quick(milliseconds request = milliseconds(200), milliseconds idle = milliseconds(200)) {
  ServerConfig config;
  config.limits.request = request;
  config.limits.idle = idle;
  config.limits.linger = milliseconds(200);
  return config;
}

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

TEST_CASE("a connection serves one request after the other") {
  const TestServer server({}, test_site());
  TestClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    const TestResponse response = client.ask(get("/text"));
    CHECK(response.status == 200);
    CHECK(response.body == "hello");
    CHECK(response.header("Connection").empty());
    CHECK(response.header("Content-Type") == "text/plain; charset=utf-8");
  }
  CHECK(client.ask(post("/echo", "body")).body == "body");
  CHECK(client.ask(get("/runs/a%20b")).body == "a b");
}

TEST_CASE("pipelined requests get their responses in order, even if the first takes longer") {
  const TestServer server({}, test_site());
  TestClient client(server.port());
  std::string all = get("/slow");
  for (int i = 0; i < 300; ++i) all += post("/echo", std::to_string(i));
  client.send(all);
  CHECK(client.read().body == "slow");
  for (int i = 0; i < 300; ++i) REQUIRE(client.read().body == std::to_string(i));
}

TEST_CASE("HEAD is GET without the body") {
  const TestServer server({}, test_site());
  TestClient client(server.port());
  const TestResponse head = client.ask("HEAD /text HTTP/1.1\r\nHost: localhost\r\n\r\n", true);
  CHECK(head.status == 200);
  CHECK(head.header("Content-Length") == "5");
  CHECK(client.ask(get("/text")).body == "hello");  // no bytes of a body came before it
}

TEST_CASE("the server closes a connection if the client requests it or uses HTTP/1.0") {
  const TestServer server({}, test_site());
  TestClient closing(server.port());
  CHECK(closing.ask(get("/text", "Connection: close\r\n")).header("Connection") == "close");
  CHECK(closing.is_closed());
  TestClient old(server.port());
  CHECK(old.ask("GET /text HTTP/1.0\r\nHost: localhost\r\n\r\n").status == 200);
  CHECK(old.is_closed());
  TestClient kept(server.port());
  CHECK(kept.ask("GET /text HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n").header("Connection") ==
        "keep-alive");
  CHECK(kept.ask(get("/text")).status == 200);
}

TEST_CASE("a client that half-closes after its request still gets its response") {
  const TestServer server({}, test_site());
  TestClient client(server.port());
  client.send(get("/slow"));
  client.half_close();
  CHECK(client.read().body == "slow");
  CHECK(client.is_closed());
}

TEST_CASE("a client that expects 100 Continue gets it, or at once the refusal") {
  const TestServer server({}, test_site());
  TestClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read().status == 100);
  CHECK(client.ask("ok").body == "ok");
  TestClient refused(server.port());
  const char* const too_long =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n";
  CHECK(refused.ask(too_long).status == 413);
}

TEST_CASE("a refusal reaches a client that is still sending") {
  const TestServer server({}, test_site());
  TestClient client(server.port());
  const std::string request = post("/echo", std::string(3 << 20, 'x'));
  client.send(request);
  const TestResponse response = client.read();
  CHECK(response.status == 413);
  CHECK(response.header("Connection") == "close");
  CHECK(contains(response.body, "--max-body-bytes"));
}

TEST_CASE("a refusal reaches a client that keeps sending slowly beyond the time limit for silence") {
  const TestServer server(quick(milliseconds(3000)), test_site());  // 200 ms of silence
  TestClient client(server.port());
  const auto start = Clock::now();
  REQUIRE(client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000000\r\n\r\n"));
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    REQUIRE(client.send(std::string(100'000, 'x')));
  }
  CHECK(milliseconds_since(start) >= 1000);
  CHECK(client.read().status == 413);
  CHECK(client.is_closed());
}

TEST_CASE("a client that keeps sending after a refusal is dropped after the request time limit, or at 64 MiB") {
  const TestServer server(quick(milliseconds(600)), test_site());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n";
  TestClient slow(server.port());
  REQUIRE(slow.send(head));
  const auto start = Clock::now();
  while (slow.send("x") && milliseconds_since(start) < 5000) std::this_thread::sleep_for(milliseconds(20));
  CHECK(milliseconds_since(start) >= 500);
  CHECK(milliseconds_since(start) < 3000);
  TestClient fast(server.port());
  REQUIRE(fast.send(head));
  const std::string piece(1 << 20, 'x');
  size_t num_sent = 0;
  while (num_sent < 500 && fast.send(piece)) ++num_sent;
  CHECK(num_sent >= 1);
  CHECK(num_sent < 200);
}

TEST_CASE("pages of an allowed origin may read every refusal, also that of a malformed request") {
  ServerConfig config = quick();
  config.allow_origin = {"https://a.example"};
  const TestServer server(config, test_site());
  const std::string from = "Host: localhost\r\nOrigin: https://a.example\r\n";
  const auto check = [&](unsigned status, const std::string& request) {
    CAPTURE(request.substr(0, 200));
    const TestResponse response = ask(server, request);
    CHECK(response.status == status);
    CHECK(response.header("Access-Control-Allow-Origin") == "https://a.example");
    CHECK(contains(response.body, "\"error_type\""));
  };
  check(411, "POST /echo HTTP/1.1\r\n" + from + "\r\n");
  check(413, "POST /echo HTTP/1.1\r\n" + from + "Content-Length: 99999999\r\n\r\n");
  check(413,
        "POST /echo HTTP/1.1\r\n" + from + "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n" + std::string(1100000, 'x'));
  check(417, "POST /echo HTTP/1.1\r\n" + from + "Content-Length: 1\r\nExpect: more\r\n\r\n");
  check(431, "POST /echo HTTP/1.1\r\n" + from + "A: " + std::string(9000, 'a'));
  check(501, "POST /echo HTTP/1.1\r\n" + from + "Transfer-Encoding: gzip\r\n\r\n");
  check(400, "POST /echo HTTP/1.1\r\n" + from + "no colon\r\n\r\n");
  check(400, "POST /echo HTTP/1.1\r\n" + from + "A: \x01");
  check(400, "POST /echo HTTP/1.1\r\n" + from + "Transfer-Encoding: chunked\r\n\r\nnone\r\n");
  check(408, "POST /echo HTTP/1.1\r\n" + from + "A: ");
  check(408, "POST /echo HTTP/1.1\r\n" + from + "Content-Length: 9\r\n\r\nabc");
  const TestResponse foreign = ask(server, "POST /echo HTTP/1.1\r\nHost: a\r\nOrigin: https://b.example\r\nA: \x01");
  CHECK(foreign.status == 400);
  CHECK(foreign.header("Access-Control-Allow-Origin").empty());
  const TestResponse in_body = ask(server, post("/echo", "\nOrigin: https://a.example\n"));
  CHECK(in_body.status == 200);
  CHECK(in_body.header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("an origin that a header cannot contain is not echoed, and the server continues") {
  ServerConfig config = quick();
  config.allow_origin = {"*"};
  const TestServer server(config, test_site());
  const std::string null(1, '\0');
  for (const std::string& origin : {std::string("a\rb"), "a" + null + "b", std::string("a\x7f")}) {
    const std::string line = "Origin: " + origin;
    for (const std::string& request : {"GET / HTTP/1.1\r\n" + line + "\n\n", "GET / HTTP/1.1\n" + line + "\n\n",
                                       "GET /" + std::string(9000, 'a') + "\n" + line + "\n\n"}) {
      CAPTURE(request.substr(0, 40));
      const TestResponse response = ask(server, request);
      CHECK((response.status == 400 || response.status == 414));
      CHECK(response.header("Access-Control-Allow-Origin").empty());
    }
  }
  const TestResponse good = ask(server, "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\nA: \x01");
  CHECK(good.status == 400);
  CHECK_FALSE(good.header("Access-Control-Allow-Origin").empty());
}

TEST_CASE("the permission of a client is checked before its body") {
  ServerConfig config = quick();
  config.keys = ApiKeys(std::vector<std::string>{"k1"});
  const TestServer server(config, test_site());
  const auto status = [&](const std::string& lines) { return ask(server, "POST /echo HTTP/1.1\r\n" + lines).status; };
  for (const std::string body : {"\r\n", "Content-Length: 99999999\r\n\r\n", "Transfer-Encoding: gzip\r\n\r\n"}) {
    CAPTURE(body);
    CHECK(status("Host: localhost\r\n" + body) == 401);
    CHECK(status("Host: evil.example\r\nAuthorization: Bearer k1\r\n" + body) == 403);
    CHECK(status("Host: localhost\r\nOrigin: http://evil.example\r\nAuthorization: Bearer k1\r\n" + body) == 403);
  }
  const std::string allowed = "Host: localhost\r\nAuthorization: Bearer k1\r\n";
  CHECK(status(allowed + "\r\n") == 411);
  CHECK(status(allowed + "Content-Length: 99999999\r\n\r\n") == 413);
  CHECK(status(allowed + "Transfer-Encoding: gzip\r\n\r\n") == 501);
}

// A server whose only route holds each request until the test releases it, and reports whether the client has gone.
struct HeldRequests {
  HeldRequests() {
    Site site;
    site.routes.push_back(
        {.method = "GET", .path = "/held", .handle = [this](const Request& request, const Responder& answer) {
           const std::lock_guard lock(mutex);
           client_gone = request.client_gone;
           held = answer;
         }});
    server = std::make_unique<TestServer>(quick(), site);
  }
  ~HeldRequests() { held = nullptr; }

  bool wait_until(const std::function<bool()>& reached, double patience = 3000) {
    const auto start = Clock::now();
    while (milliseconds_since(start) < patience) {
      {
        const std::lock_guard lock(mutex);
        if (reached()) return true;
      }
      std::this_thread::sleep_for(milliseconds(2));
    }
    return false;
  }
  void hold(const TestClient& client, const std::string& request = get("/held")) {
    REQUIRE(client.send(request));
    REQUIRE(wait_until([&] { return held != nullptr; }));
  }
  bool is_gone(double patience = 3000) {
    return wait_until([&] { return client_gone.stop_requested(); }, patience);
  }

  std::mutex mutex;
  std::stop_token client_gone;
  Responder held;
  std::unique_ptr<TestServer> server;
};

TEST_CASE("a handler learns that its client has gone: by a reset, or by a complete close") {
  for (const bool by_reset : {true, false}) {
    CAPTURE(by_reset);
    HeldRequests requests;
    TestClient client(requests.server->port());
    requests.hold(client);
    CHECK_FALSE(requests.is_gone(50));
    by_reset ? client.reset() : client.close();
    CHECK(requests.is_gone());
    requests.held(text_response("to nobody"));
  }
}

TEST_CASE("a client that closed only its sending side still gets its response, however long that takes") {
  HeldRequests requests;
  TestClient client(requests.server->port());
  requests.hold(client);
  client.half_close();
  CHECK_FALSE(requests.is_gone(500));
  requests.held(text_response("late"));
  const TestResponse interim = client.read(true);  // the server sends it to check that the client still listens
  CHECK(interim.status == 100);
  CHECK(client.read().body == "late");
  CHECK(client.is_closed());
  TestClient old(requests.server->port());
  requests.held = nullptr;
  requests.hold(old, "GET /held HTTP/1.0\r\nHost: localhost\r\n\r\n");
  old.half_close();
  CHECK_FALSE(requests.is_gone(300));
  requests.held(text_response("late"));
  CHECK(old.read().status == 200);  // HTTP/1.0 has no interim responses
}

TEST_CASE("pipelined requests wait while one is handled, however many they are") {
  HeldRequests requests;
  TestClient client(requests.server->port());
  requests.hold(client);
  std::string more;
  for (int i = 0; i < 2000; ++i) more += get("/nothing", "X-A: " + std::string(100, 'a') + "\r\n");
  std::thread sender([&] { client.send(more); });
  std::this_thread::sleep_for(milliseconds(50));
  requests.held(text_response("first"));
  CHECK(client.read().body == "first");
  for (int i = 0; i < 2000; ++i) REQUIRE(client.read().status == 404);
  sender.join();
}

TEST_CASE("a request that arrives too slowly gets 408; its time counts from the first byte") {
  const TestServer server(quick(milliseconds(200), milliseconds(5000)), test_site());
  TestClient client(server.port());
  std::this_thread::sleep_for(milliseconds(250));  // idle time does not count
  const auto start = Clock::now();
  std::thread dribble([&] {
    for (const char c : std::string("GET /text HTTP/1.1\r\nHost: localhost\r\nX-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")) {
      if (!client.send({&c, 1})) return;
      std::this_thread::sleep_for(milliseconds(10));
    }
  });
  const TestResponse response = client.read();
  CHECK(response.status == 408);
  CHECK(milliseconds_since(start) >= 199);
  CHECK(milliseconds_since(start) < 2000);
  dribble.join();
}

TEST_CASE("a body that stops arriving gets 408 as well") {
  const TestServer server(quick(), test_site());
  TestClient client(server.port());
  const TestResponse response = client.ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc");
  CHECK(response.status == 408);
  CHECK(contains(response.body, "did not come within 200 ms"));
  CHECK(client.is_closed());
}

TEST_CASE("each request of a connection has the full time limit, and a handler has none") {
  const TestServer server(quick(milliseconds(20), milliseconds(5000)), test_site());
  TestClient client(server.port());
  for (int i = 0; i < 10; ++i) CHECK(client.ask(get("/slow")).status == 200);
  std::this_thread::sleep_for(milliseconds(50));
  CHECK(client.ask(get("/text")).status == 200);
}

TEST_CASE("a connection without a request is closed after the idle time limit, without a response") {
  const TestServer server(quick(milliseconds(5000), milliseconds(100)), test_site());
  TestClient silent(server.port());
  CHECK(silent.is_closed());
  TestClient served(server.port());
  CHECK(served.ask(get("/text")).status == 200);
  CHECK(served.is_closed());
}

TEST_CASE("a client that does not read its response is dropped") {
  ServerConfig config = quick();
  config.limits.write = milliseconds(200);
  config.limits.body_bytes = 32 << 20;
  const auto metrics = std::make_shared<Metrics>();
  Site site = test_site();
  site.metrics = metrics;
  site.routes.push_back({.method = "GET", .path = "/big", .handle = [](const Request&) {
                           return text_response(std::string(64 << 20, 'x'));
                         }});
  const TestServer server(config, site);
  TestClient client(server.port());
  client.send(get("/big"));
  const Gauge& open = metrics->gauge("hone_http_connections", "open connections");
  const auto start = Clock::now();
  while (open.value() == 0 && milliseconds_since(start) < 5000) std::this_thread::sleep_for(milliseconds(1));
  while (open.value() != 0 && milliseconds_since(start) < 5000) std::this_thread::sleep_for(milliseconds(5));
  CHECK(open.value() == 0);
}

TEST_CASE("a malformed request gets 400, and the connection is closed") {
  const TestServer server(quick(), test_site());
  for (const std::string& garbage : {std::string("\x16\x03\x01\x02\x00\x01", 6), std::string(1000, '\0'),
                                     std::string("GET\r\n\r\n"), std::string("\r\n\r\n\xff\xfe\r\n\r\n")}) {
    TestClient client(server.port());
    CHECK(client.ask(garbage).status == 400);
    CHECK(client.is_closed());
  }
  CHECK(ask(server, get("/text")).status == 200);
}

TEST_CASE("the server keeps working if clients vanish at any moment") {
  const auto metrics = std::make_shared<Metrics>();
  Site site = test_site();
  site.metrics = metrics;
  const TestServer server({}, site);
  const std::string request = post("/echo", "some text") + get("/slow");
  for (size_t cut = 0; cut <= request.size(); ++cut) {
    TestClient closed(server.port()), reset(server.port());
    closed.send(request.substr(0, cut));
    reset.send(request.substr(0, cut));
    reset.reset();
  }
  CHECK(ask(server, get("/text")).status == 200);
  const Gauge& open = metrics->gauge("hone_http_connections", "open connections");
  const auto start = Clock::now();
  while (open.value() != 0 && milliseconds_since(start) < 5000) std::this_thread::sleep_for(milliseconds(5));
  CHECK(open.value() == 0);
}

TEST_CASE(
    "the response is 500 if a handler throws, never responds or responds nonsense, and the connection stays open") {
  Site site = test_site();
  site.routes.push_back({.method = "GET", .path = "/smuggle", .handle = [](const Request&) {
                           return Response{.headers = {{"X-A", "a\r\nX-B: b"}}};
                         }});
  const TestServer server({}, site);
  TestClient client(server.port());
  set_log_level(LogLevel::kOff);
  CHECK(client.ask(get("/broken")).status == 500);
  CHECK(client.ask(get("/forgotten")).status == 500);
  const TestResponse smuggled = client.ask(get("/smuggle"));
  set_log_level(LogLevel::kInfo);
  CHECK(smuggled.status == 500);
  CHECK_FALSE(contains(smuggled.head, "X-B"));
  CHECK(client.ask(get("/text")).status == 200);
}

TEST_CASE("a late response to a finished request is not sent to the next one") {
  Responder kept;
  Site site = test_site();
  site.routes.push_back({.method = "GET", .path = "/keep", .handle = [&](const Request&, const Responder& answer) {
                           kept = answer;
                           answer(text_response("first"));
                         }});
  const TestServer server({}, site);
  TestClient client(server.port());
  CHECK(client.ask(get("/keep")).body == "first");
  client.send(get("/slow"));
  kept(text_response("second"));
  CHECK(client.read().body == "slow");
}

}  // namespace connection_test
