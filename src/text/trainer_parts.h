// The parts of a tokenizer that is trained: what hone writes to its tokenizer.json beside the vocabulary.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "text/tokenizer_spec.h"
#include "text/trainer_options.h"
#include "text/word_splitter.h"

namespace hone::text {

// A kind of tokenizer and its defaults.
struct TrainerKind {
  std::string_view name;
  std::string_view model;  // "type" in tokenizer.json
  int64_t vocab_size;
  std::string_view pre_tokenizer;  // empty: ByteLevel
  std::string_view normalization;
  bool is_lower_case;
  std::string_view continuing_prefix;
  std::string_view unk_token;  // empty: none
  std::span<const std::string_view> special_tokens;
  std::span<const std::string_view> unread_options;  // options that only other kinds read

  bool is_byte_level() const { return pre_tokenizer.empty(); }
};

// Errors (kUsage): an unknown name.
const TrainerKind& find_trainer_kind(std::string_view name);

// The options with the defaults of their kind filled in.
TrainerOptions with_defaults(TrainerOptions options);

// Where the words of the options' pre-tokenizer certainly end.
TextCut text_cut(const TrainerOptions& options);

// Sets normalizer, pre-tokenizer, decoder and the model without its vocabulary. `options` has its defaults.
// Errors (kUsage): an unknown split_pattern.
void use_trainer_parts(const TrainerOptions& options, TokenizerSpec& spec);

// Sets the names of the special tokens that have a role ([CLS] is the cls_token), the added tokens, and the template
// that puts cls and sep around texts if both exist. The special token i has the id ids[i].
void use_special_tokens(const TrainerOptions& options, std::span<const int32_t> ids, TokenizerSpec& spec);

}  // namespace hone::text
