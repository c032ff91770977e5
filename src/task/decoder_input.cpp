#include "task/decoder_input.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace hone::task {

DecoderInput DecoderInput::of(const model::ModelConfig& config) {
  DecoderInput input{.starts_with_last_token = config.model_type() == "mbart", .source = config.source()};
  for (const char* key : {"decoder_start_token_id", "pad_token_id"}) {
    const auto found = config.json().find(key);
    if (found != config.json().end() && found->is_number_integer() && *found >= 0 && *found <= INT32_MAX) {
      input.start = found->get<int32_t>();
      return input;
    }
  }
  return input;
}

void DecoderInput::check(int64_t vocab_size) const {
  if (starts_with_last_token) return;
  const char* const hint = "add it to config.json: of T5 that of the padding token, of BART that of the end token";
  if (!start) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: no \"decoder_start_token_id\" names the decoder's first token", source), hint);
  }
  if (*start >= vocab_size) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("{}: \"decoder_start_token_id\" is {}, and the model has {} tokens", source, *start, vocab_size),
        hint);
  }
}

std::vector<int32_t> DecoderInput::before(std::span<const int32_t> target) const {
  check_internal(!target.empty(), "a target has a token");
  check_internal(starts_with_last_token || start.has_value(), "the decoder's first token is known");
  std::vector<int32_t> ids{starts_with_last_token ? target.back() : *start};
  ids.insert(ids.end(), target.begin(), target.end() - 1);
  return ids;
}

}  // namespace hone::task
