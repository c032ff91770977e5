// Options of hone serve.
#pragma once

#include <cstdint>

#include "cli/trained_model_options.h"
#include "http/options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct ServeOptions {
  TrainedModelOptions model;
  http::ServerOptions server;
  int64_t max_batch_tokens = 2048, max_queue = 256;
  double queue_timeout = 60;
  tensor::ComputeOptions compute;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    TrainedModelOptions::fields(self.model, visit);
    http::ServerOptions::fields(self.server, visit);
    visit.group("Queue");
    visit("max_batch_tokens", self.max_batch_tokens, "tokens of a batch, from all waiting requests").at_least(1);
    visit("max_queue", self.max_queue, "requests that may wait; further ones get status 429").at_least(1);
    visit("queue_timeout", self.queue_timeout, "seconds that a request may wait; then it gets status 503").above(0);
    visit.group("Machine");
    tensor::ComputeOptions::fields(self.compute, visit);
  }
};

}  // namespace hone::cli
