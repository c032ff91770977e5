#include "http/connection.h"

#include <doctest/doctest.h>

#include "base/log.h"
#include "expect_error.h"
#include "http/test_server.h"

using namespace hone;
using namespace hone::http;
using std::chrono::milliseconds;

namespace {

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

}  // namespace

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

TEST_CASE("requests that come together are answered in their order, also where the first takes longer") {
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
  CHECK(client.ask(get("/text")).body == "hello");  // no stray bytes of a body came before it
}

TEST_CASE("a connection ends when the client says so, or speaks HTTP/1.0") {
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

TEST_CASE("a client that half-closes after its request still has its answer") {
  const TestServer server({}, test_site());
  TestClient client(server.port());
  client.send(get("/slow"));
  client.half_close();
  CHECK(client.read().body == "slow");
  CHECK(client.is_closed());
}

TEST_CASE("a client that waits for the word to go on gets it, or the refusal at once") {
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

TEST_CASE("a request that dribbles is a 408, counted from its first byte") {
  const TestServer server(quick(milliseconds(200), milliseconds(5000)), test_site());
  TestClient client(server.port());
  std::this_thread::sleep_for(milliseconds(250));  // idle: no part of the limit
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

TEST_CASE("a body that stops coming is a 408 as well") {
  const TestServer server(quick(), test_site());
  TestClient client(server.port());
  const TestResponse response = client.ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc");
  CHECK(response.status == 408);
  CHECK(contains(response.body, "did not come within 200 ms"));
  CHECK(client.is_closed());
}

TEST_CASE("each request of a connection has the whole time, and a handler as long as it needs") {
  const TestServer server(quick(milliseconds(20), milliseconds(5000)), test_site());
  TestClient client(server.port());
  for (int i = 0; i < 10; ++i) CHECK(client.ask(get("/slow")).status == 200);
  std::this_thread::sleep_for(milliseconds(50));
  CHECK(client.ask(get("/text")).status == 200);
}

TEST_CASE("a connection without a request is closed after a while, without a word") {
  const TestServer server(quick(milliseconds(5000), milliseconds(100)), test_site());
  TestClient silent(server.port());
  CHECK(silent.is_closed());
  TestClient served(server.port());
  CHECK(served.ask(get("/text")).status == 200);
  CHECK(served.is_closed());
}

TEST_CASE("a client that does not take its answer is left") {
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

TEST_CASE("garbage is answered with 400 and the end") {
  const TestServer server(quick(), test_site());
  for (const std::string& garbage : {std::string("\x16\x03\x01\x02\x00\x01", 6), std::string(1000, '\0'),
                                     std::string("GET\r\n\r\n"), std::string("\r\n\r\n\xff\xfe\r\n\r\n")}) {
    TestClient client(server.port());
    CHECK(client.ask(garbage).status == 400);
    CHECK(client.is_closed());
  }
  CHECK(ask(server, get("/text")).status == 200);
}

TEST_CASE("clients that vanish at any moment leave the server as it was") {
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

TEST_CASE("a handler that throws, forgets to answer or answers nonsense is a 500, and the connection goes on") {
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

TEST_CASE("an answer to a request that is over is not taken for the next one's") {
  Answer kept;
  Site site = test_site();
  site.routes.push_back({.method = "GET", .path = "/keep", .handle = [&](const Request&, const Answer& answer) {
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
