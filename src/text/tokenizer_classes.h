// The tokenizer classes of transformers that build their parts themselves: from a folder they take only the vocabulary,
// the merges and the added tokens, even if its tokenizer.json has other parts. tokenizer_classes() lists them.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "text/sentence_piece_file.h"
#include "text/tokenizer_spec.h"

namespace hone::text {

// Returns the id of an added token or of a token of the model.
using FindTokenId = std::function<std::optional<int32_t>(const std::string& token)>;

struct TokenizerClassRow {
  std::string_view name;  // "tokenizer_class" in tokenizer_config.json, without "Fast"
  std::span<const std::string_view> other_names;
  std::string_view doc;
  std::string_view vocabulary_file;  // vocab.txt, vocab.json with merges.txt, or a model of SentencePiece
  // The default special tokens, by their names.
  std::span<const std::pair<std::string_view, std::string_view>> special_tokens;
  // Models whose tokenizer has this class if the folder names none.
  std::span<const std::string_view> model_types;
  bool has_plain_special_tokens = false;  // special tokens lose lstrip, rstrip, single_word and normalized
  // Sets all parts but the post-processor. `config` is tokenizer_config.json; errors name `source`.
  void (*use_parts)(const Json& config, const std::string& source, TokenizerSpec& spec) = nullptr;
  // Writes the settings that use_parts reads to a tokenizer_config.json.
  void (*add_settings)(const TokenizerSpec& spec, Json& config) = nullptr;
  // Returns the post-processor, which needs ids of special tokens.
  Json (*post_processor)(const TokenizerSpec& spec, const FindTokenId& find_id) = nullptr;
  // Fills the vocabulary from a model of SentencePiece; null for the other files.
  void (*convert)(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec) = nullptr;
  // Returns the extra special tokens if tokenizer_config.json names none; null: those of the model file.
  std::vector<AddedToken> (*extra_tokens)(const Json& config, std::vector<AddedToken> given,
                                          bool has_model_file) = nullptr;
  bool adds_extra_tokens = false;  // also if tokenizer_config.json names some
  bool mask_lstrip = false;        // a mask token that is given as a text takes the white space before it
  Side padding_side = Side::kRight;
  std::string_view word_end;  // in decoded text it becomes a space, and the text loses the white space at its ends
};

std::span<const TokenizerClassRow> tokenizer_classes();

// Return null if no class has the name or builds the tokenizer of such models.
const TokenizerClassRow* find_tokenizer_class(std::string_view name);
const TokenizerClassRow* find_tokenizer_class_of_model(std::string_view model_type);

}  // namespace hone::text
