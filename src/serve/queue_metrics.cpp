// Names and help lines of the numbers.
#include "serve/queue_metrics.h"

namespace hone::serve {

QueueMetrics::QueueMetrics(http::Metrics& metrics)
    : rows(metrics.histogram("hone_batch_rows", "inputs computed at once", {}, {1, 2, 4, 8, 16, 32, 64, 128})),
      tokens(metrics.histogram("hone_batch_tokens", "tokens computed at once", {},
                               {32, 64, 128, 256, 512, 1024, 2048, 4096})),
      seconds(metrics.histogram("hone_batch_seconds", "seconds that a batch took")),
      wait(metrics.histogram("hone_queue_wait_seconds", "seconds until a request's first batch began")),
      tokens_total(metrics.counter("hone_tokens_total", "tokens computed")),
      rejected(metrics.counter("hone_queue_rejected_total", "requests refused because the queue was full")),
      failed(metrics.counter("hone_compute_failed_total", "requests whose computation failed")),
      abandoned(metrics.counter("hone_queue_abandoned_total", "requests not computed because their client had gone")),
      expired(metrics.counter("hone_queue_expired_total", "requests not computed because they had waited too long")),
      waiting(metrics.gauge("hone_queue_requests", "requests that wait for the model or are being computed")) {}

}  // namespace hone::serve
