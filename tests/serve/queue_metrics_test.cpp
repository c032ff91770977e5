#include "serve/queue_metrics.h"

#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;

TEST_CASE("the numbers of the queue have names, help and types as Prometheus wants them") {
  http::Metrics metrics;
  serve::QueueMetrics queue(metrics);
  queue.rows.observe(3);
  queue.tokens.observe(100);
  queue.tokens_total.add(100);
  queue.waiting.add(2);
  const std::string text = metrics.text();
  CHECK(contains(text, "# TYPE hone_batch_rows histogram\n"));
  CHECK(contains(text, "hone_batch_rows_bucket{le=\"2\"} 0\nhone_batch_rows_bucket{le=\"4\"} 1\n"));
  CHECK(contains(text, "hone_batch_tokens_bucket{le=\"128\"} 1\n"));
  CHECK(contains(text, "# TYPE hone_tokens_total counter\nhone_tokens_total 100\n"));
  CHECK(contains(text, "# TYPE hone_queue_requests gauge\nhone_queue_requests 2\n"));
  CHECK(contains(text, "hone_queue_rejected_total 0\n"));
}
