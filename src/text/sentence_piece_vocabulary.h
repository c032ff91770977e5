// Makes a tokenizer's vocabulary of a SentencePiece model, as transformers 5.23 does (convert_slow_tokenizer.py). The
// tokens of some classes have other ids than the model's pieces.
#pragma once

#include "text/sentence_piece_file.h"
#include "text/tokenizer_spec.h"

namespace hone::text {

// Fill the vocabulary and the charsmap of `spec`. `config` is tokenizer_config.json. Errors (kInput): a model of
// another kind than the class reads.
void convert_unigram_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);
void convert_t5_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);
void convert_xlm_roberta_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);
void convert_camembert_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);
void convert_mbart_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);
void convert_pegasus_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);
void convert_bpe_pieces(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);

// Fills the vocabulary, all parts and the special tokens for a model that no class reads, as TokenizersBackend does.
void convert_without_class(const SentencePieceFile& file, const Json& config, TokenizerSpec& spec);

// Returns the control pieces (special tokens) and the user-defined pieces, which are found in texts before the model.
std::vector<AddedToken> added_pieces(const SentencePieceFile& file);

// Returns the merges that make the tokens of a vocabulary, in transformers' order: a token has a merge for each place
// where it falls into two tokens.
std::vector<MergeEntry> generated_merges(const std::vector<VocabularyEntry>& vocabulary);
// The same, but tokens with higher scores come first, as transformers orders them if it has the scores. There is a
// score for each entry.
std::vector<MergeEntry> generated_merges(const std::vector<VocabularyEntry>& vocabulary,
                                         const std::vector<double>& scores);

// Returns the text of a special token in tokenizer_config.json, or `fallback`.
std::string configured_token(const Json& config, const char* name, std::string_view fallback,
                             const std::string& source);

// The languages of mBART, in the order of their ids.
std::span<const std::string_view> mbart_languages();

}  // namespace hone::text
