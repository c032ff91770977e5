// The tokenizer of a GGUF file, made of its metadata: the tokens with scores and types, the merges, and the names of
// the normalizer and of the splits, which GGUF files have instead of the parts of a tokenizer.json.
#pragma once

#include <cstdint>
#include <optional>

#include "gguf/file.h"
#include "text/tokenizer_spec.h"

namespace hone::text {

// As tokenizer.ggml.token_type numbers them.
enum class StoredTokenType { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };

// Returns false if the file holds a model without a vocabulary.
bool has_stored_vocabulary(const gguf::File& file);

// Returns the tokenizer whose ids are those of the model's own tokenizer: byte-level BPE ("gpt2"), BPE of SentencePiece
// with tokens of bytes ("llama"), Unigram of SentencePiece ("t5"). Errors: kInput for lists that do not fit each
// other, tokens that are there twice or not UTF-8, an id outside of the vocabulary; kUnsupported for another kind of
// vocabulary or of splits.
TokenizerSpec stored_tokenizer_spec(const gguf::File& file);

// Returns the ids that end an answer: those that the metadata names, then the tokens of control in the chat template
// that are known to end a turn.
std::vector<int32_t> stored_stop_ids(const gguf::File& file, const TokenizerSpec& spec);

}  // namespace hone::text
