// Options of hone serve.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "http/options.h"
#include "tensor/compute_options.h"

namespace hone::cli {

struct ServeOptions {
  std::filesystem::path model_name_or_path;
  std::optional<int64_t> max_seq_length;
  http::ServerOptions server;
  int64_t max_batch_tokens = 2048, max_queue = 256;
  tensor::ComputeOptions compute{.precision = "fp32"};  // as predict: the scores of transformers

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit("model_name_or_path", self.model_name_or_path, "folder of a trained model, in Hugging Face's format")
        .required()
        .alias("model")
        .value_name("DIR");
    visit("max_seq_length", self.max_seq_length, "longest text in tokens; what is over is cut, which the answer says")
        .at_least(2)
        .default_text("that of the training");
    http::ServerOptions::fields(self.server, visit);
    visit.group("Queue");
    visit("max_batch_tokens", self.max_batch_tokens, "tokens that are computed at once, of all requests that wait")
        .at_least(1);
    visit("max_queue", self.max_queue, "requests that may wait; further ones are answered 429").at_least(1);
    visit.group("Machine");
    tensor::ComputeOptions::fields(self.compute, visit);
  }
};

}  // namespace hone::cli
