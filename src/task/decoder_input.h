// What the decoder beside an encoder reads to predict a target: the target's tokens one place later, as transformers'
// shift_tokens_right of each family.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/config.h"

namespace hone::task {

struct DecoderInput {
  std::optional<int32_t> start = {};    // the first token: config.json's decoder_start_token_id, or its padding
  bool starts_with_last_token = false;  // mBART: the first token is the target's last one, its language
  std::string source = {};              // of config.json, for errors

  static DecoderInput of(const model::ModelConfig& config);

  // Throws kInput if no token is the first, or it is not among `vocab_size` tokens.
  void check(int64_t vocab_size) const;
  // target [N] -> [N], N > 0.
  std::vector<int32_t> before(std::span<const int32_t> target) const;
};

}  // namespace hone::task
