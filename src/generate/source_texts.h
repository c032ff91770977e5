// The texts that the decoders of running sequences read, for models with an encoder. Each text is encoded once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensor/source_cache.h"

namespace hone::generate {

class SourceTexts {
 public:
  using Keys = std::shared_ptr<const tensor::SourceKeys>;
  // Encodes several texts in one pass.
  using Encode = std::function<std::vector<Keys>(std::span<const std::vector<int32_t>> texts)>;

  explicit SourceTexts(Encode encode) : encode_(std::move(encode)) {}

  // The sequence `id` reads this text, which is encoded when a batch needs it.
  void begin(uint64_t id, std::vector<int32_t> text);
  // The sequence `to` reads the text of `from`.
  void fork(uint64_t from, uint64_t to);
  void end(uint64_t id);

  // What these sequences read.
  tensor::SourceBatch batch(std::span<const uint64_t> ids);

 private:
  void encode_waiting();

  Encode encode_;
  std::unordered_map<uint64_t, std::vector<int32_t>> waiting_;  // texts that are not encoded yet
  std::vector<uint64_t> order_;                                 // of waiting_
  std::unordered_map<uint64_t, Keys> keys_;
};

}  // namespace hone::generate
