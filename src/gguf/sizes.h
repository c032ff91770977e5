// The sizes of the model in a GGUF file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "gguf/file.h"

namespace hone::gguf {

// The sizes of a model, from the metadata and from the table of words.
struct Sizes {
  int64_t vocabulary = 0, width = 0, layers = 0, heads = 0, kv_heads = 0, head_width = 0, inner = 0, positions = 0;
  int64_t experts = 0, experts_per_token = 0, expert_inner = 0;  // 0: the model has none
};

// Errors (kInput): a missing size, or one that contradicts others.
Sizes sizes_of(const File& file);

// Returns an integer for a number without a fraction, such as 8192.0, that a double holds exactly.
Json plain_number(double number);

// Returns the key behind "ARCHITECTURE.".
std::string key_of(const File& file, std::string_view key);

// The head to the vocabulary. Missing, or equal to the table of words: the checkpoint has only that table.
inline constexpr std::string_view kHeadTensor = "output.weight", kWordsTensor = "token_embd.weight";
bool has_own_head(const File& file);

}  // namespace hone::gguf
