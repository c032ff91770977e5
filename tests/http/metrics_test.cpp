#include "http/metrics.h"

#include <doctest/doctest.h>

#include <thread>

#include "expect_error.h"

using namespace hone;
using namespace hone::http;

TEST_CASE("a counter, a gauge and a histogram are written in Prometheus' format") {
  Metrics metrics;
  metrics.counter("rows_total", "rows").add(3);
  metrics.gauge("queue", "waiting", {{"kind", "a\"b\\c\nd"}}).set(-2);
  Histogram& histogram = metrics.histogram("seconds", "time", {{"route", "/x"}}, {0.1, 1});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) histogram.observe(value);
  CHECK(metrics.text() ==
        "# HELP queue waiting\n# TYPE queue gauge\nqueue{kind=\"a\\\"b\\\\c\\nd\"} -2\n"
        "# HELP rows_total rows\n# TYPE rows_total counter\nrows_total 3\n"
        "# HELP seconds time\n# TYPE seconds histogram\n"
        "seconds_bucket{route=\"/x\",le=\"0.1\"} 2\nseconds_bucket{route=\"/x\",le=\"1\"} 3\n"
        "seconds_bucket{route=\"/x\",le=\"+Inf\"} 4\nseconds_sum{route=\"/x\"} 7.65\nseconds_count{route=\"/x\"} 4\n");
}

TEST_CASE("the same name and labels return the same metric, other labels another") {
  Metrics metrics;
  Counter& one = metrics.counter("c", "d", {{"l", "1"}});
  CHECK(&metrics.counter("c", "d", {{"l", "1"}}) == &one);
  CHECK(&metrics.counter("c", "d", {{"l", "2"}}) != &one);
}

TEST_CASE("one name with two types is an internal error") {
  Metrics metrics;
  metrics.counter("c", "d");
  CHECK(expect_error([&] { metrics.gauge("c", "d"); }).kind() == ErrorKind::kInternal);
}

TEST_CASE("counting from several threads loses nothing") {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        metrics.counter("c", "d").add();
        metrics.histogram("h", "d").observe(0.25);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(metrics.counter("c", "d").value() == 4000);
  CHECK(metrics.histogram("h", "d").sum() == 1000.0);
}
