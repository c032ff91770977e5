#include "http/traffic.h"

#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;
using namespace hone::http;

TEST_CASE("requests are counted by method, route and status; unknown methods share one label") {
  const auto metrics = std::make_shared<Metrics>();
  Traffic traffic(metrics, false);
  traffic.count({.method = "GET", .route = "/x", .status = 200, .seconds = 0.001});
  traffic.count({.method = "GET", .route = "/x", .status = 200, .seconds = 0.3});
  traffic.count({.method = "MADEUP\"", .status = 405});
  const std::string text = metrics->text();
  CHECK(contains(text, "hone_http_requests_total{method=\"GET\",route=\"/x\",status=\"200\"} 2\n"));
  CHECK(contains(text, "hone_http_requests_total{method=\"other\",route=\"none\",status=\"405\"} 1\n"));
  CHECK(contains(text, "hone_http_request_duration_seconds_bucket{route=\"/x\",le=\"0.001\"} 1\n"));
  CHECK(contains(text, "hone_http_request_duration_seconds_count{route=\"/x\"} 2\n"));
}

TEST_CASE("bytes and connections are counted") {
  const auto metrics = std::make_shared<Metrics>();
  Traffic traffic(metrics, false);
  traffic.received_bytes().add(10);
  traffic.sent_bytes().add(20);
  traffic.connections().add(1);
  traffic.evicted().add();
  traffic.refused().add();
  const std::string text = metrics->text();
  for (const char* line : {"received_bytes_total 10\n", "sent_bytes_total 20\n", "hone_http_connections 1\n",
                           "evicted_connections_total 1\n", "refused_connections_total 1\n"}) {
    CHECK(contains(text, line));
  }
}

TEST_CASE("a line of the access log has the time, and a request cannot inject a second line") {
  const std::time_t time = 1795843244;  // 2026-11-28 05:20:44 UTC
  Exchange exchange{.client = "127.0.0.1",
                    .method = "GET",
                    .path = "/a\nb\xff",
                    .route = "none",
                    .status = 404,
                    .bytes = 12,
                    .seconds = 0.0042};
  CHECK(access_line(exchange, time) == "2026-11-28T05:20:44Z 127.0.0.1 GET /a%0Ab%FF 404 12 B 4.2 ms");
  exchange.forwarded = "203.0.113.9";
  CHECK(access_line(exchange, time) ==
        "2026-11-28T05:20:44Z 127.0.0.1 (for 203.0.113.9) GET /a%0Ab%FF 404 12 B 4.2 ms");
  exchange.forwarded = "1.2.3.4)\n" + std::string(5000, 'x');
  CHECK(contains(access_line(exchange, time), "127.0.0.1 (for 1.2.3.4)%0Axxx"));
  CHECK(access_line(exchange, time).size() < 400);
}
