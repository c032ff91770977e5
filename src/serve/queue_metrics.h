// What the model's queue does, as numbers for /metrics.
#pragma once

#include "http/metrics.h"

namespace hone::serve {

struct QueueMetrics {
  explicit QueueMetrics(http::Metrics& metrics);

  http::Histogram &rows, &tokens, &seconds, &wait;
  http::Counter &tokens_total, &rejected, &failed, &abandoned, &expired;
  http::Gauge& waiting;
};

}  // namespace hone::serve
