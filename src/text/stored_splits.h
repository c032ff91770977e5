// The ways in which byte-level BPE splits texts into words, by the names that GGUF files have for them
// (tokenizer.ggml.pre).
#pragma once

#include <span>
#include <string_view>

#include "base/json.h"

namespace hone::text {

struct StoredSplit {
  std::string_view name;
  std::span<const std::string_view> patterns;  // names of split_patterns(), in the order in which they apply
  bool has_nfc = false;                        // the normalizer NFC
  bool ignores_merges = false;                 // a word that is a token is not split
  bool adds_bos = false;                       // unless the file says otherwise
};

std::span<const StoredSplit> stored_splits();

// Returns the pre-tokenizer of tokenizer.json: the splits, then bytes as characters.
Json pre_tokenizer_of(const StoredSplit& split);

// Returns the part ByteLevel of tokenizer.json, which is a decoder too.
Json stored_byte_level(bool uses_regex);

}  // namespace hone::text
