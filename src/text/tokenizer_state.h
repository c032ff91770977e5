// The immutable parts of a Tokenizer, which its copies share.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "text/added_tokens.h"
#include "text/bert_encoder.h"
#include "text/byte_level_encoder.h"
#include "text/decoders.h"
#include "text/metaspace_encoder.h"
#include "text/post_processors.h"
#include "text/pre_tokenizers.h"
#include "text/spaced_bpe_encoder.h"
#include "text/tokenizer.h"
#include "text/tokenizer_spec.h"

namespace hone::text {

struct Tokenizer::State {
  // Encoders that do the work of several parts at once; null where they would not do exactly what the parts do.
  struct OnePassEncoders {
    std::unique_ptr<BertEncoder> bert;             // if added tokens need no normalization
    std::unique_ptr<ByteLevelEncoder> byte_level;  // with the normalizer NFC or none
    std::unique_ptr<MetaspaceEncoder> metaspace;   // with the model Unigram
    std::unique_ptr<SpacedBpeEncoder> spaced_bpe;  // spaces are replaced; BPE of characters
  };

  // Errors: kUnsupported for a part that hone does not support, kInput for an inconsistent part.
  explicit State(TokenizerSpec given);

  // Returns the token as a decoder sees it.
  std::optional<std::string_view> decoded_token(int32_t id) const;

  // Returns true if decoding omits the token, which has the text of a special token.
  bool is_skipped(int32_t id) const { return skipped_ids.contains(id); }

  TokenizerSpec spec;  // keeps the vocabulary, because save() may need it
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  std::unique_ptr<TokenModel> model;
  AddedTokens added;
  Template post_processor;
  Decoder decoder;
  OnePassEncoders one_pass;
  std::unordered_set<int32_t> skipped_ids;
  std::optional<int32_t> pad_id;
  int64_t highest_id = -1;
};

}  // namespace hone::text
