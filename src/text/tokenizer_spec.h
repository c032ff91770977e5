// The description of a tokenizer, read from a folder's files: the parts of tokenizer.json as JSON, the vocabulary, the
// added tokens in order, and the settings of tokenizer_config.json.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/added_tokens.h"
#include "text/token_model.h"
#include "text/tokenizer.h"

namespace hone::text {

struct TokenizerClassRow;

struct TokenizerSpec {
  std::string source;                                       // the file with the vocabulary, for messages
  Json normalizer, pre_tokenizer, post_processor, decoder;  // null: the tokenizer has no such part
  Json model;                                               // without its vocabulary and merges
  std::vector<VocabularyEntry> vocabulary;
  std::vector<double> scores;            // of a Unigram model, beside `vocabulary`
  std::vector<MergeEntry> merges;        // of a BPE model
  std::vector<AddedToken> added_tokens;  // in the order of adding; AddedTokens assigns the ids
  // "cls_token": "[CLS]" and so on, by HF's names of special tokens. Lacks the names of missing tokens.
  std::map<std::string, std::string> special_tokens;
  std::vector<std::string> extra_special_tokens;
  std::string charsmap;                          // of a SentencePiece model, in base64; empty if the model lacks one
  std::optional<int32_t> unknown_id;             // of a SentencePiece model
  std::string source_language;                   // of mBART, whose code stands behind the text
  bool is_tiktoken = false;                      // the vocabulary and the parts come from a rank file of tiktoken
  bool has_model_file = false;                   // the vocabulary comes from a SentencePiece model or a rank file
  std::vector<AddedToken> model_tokens;          // that a SentencePiece model or a rank file adds
  std::string tokenizer_class;                   // class name in transformers; empty if no file names one
  const TokenizerClassRow* class_row = nullptr;  // null if the class takes its parts from tokenizer.json
  bool has_tokenizer_json = false;
  bool adds_bos = false, adds_eos = false;  // add_bos_token and add_eos_token of classes like GPT2Tokenizer
  size_t model_max_length = kNoLimit;
  Side padding_side = Side::kRight, truncation_side = Side::kRight;
  bool clean_up_spaces = false;
  std::map<std::string, std::string> files;  // the bytes of the loaded files, by file name
};

// Returns whether the folder holds a vocabulary.
bool has_tokenizer(const std::filesystem::path& folder);

// Reads the tokenizer files of a model folder by the rules of transformers' AutoTokenizer.
TokenizerSpec read_tokenizer_folder(const std::filesystem::path& model_dir);

// Fills the parts, the vocabulary and the added tokens of `spec` from the bytes of a tokenizer.json.
// Errors: kInput with the file and, for syntax errors, line and column.
void parse_tokenizer_json(const std::string& bytes, const std::string& source, TokenizerSpec& spec);

// Returns the scores with which a Unigram model chooses tokens. transformers' classes take those of tokenizer.json
// exactly. Without such a class tokenizers reads the file by itself, and rounds the digits of a number and then its
// quotient by a power of ten (serde_json without "float_roundtrip"); the last bit decides between equally likely
// tokens.
std::vector<double> scores_in_use(const TokenizerSpec& spec);

// Returns the entries of a vocab.txt: one token in each line, whose id is the number of the line.
std::vector<VocabularyEntry> parse_vocabulary_text(std::string_view bytes, const std::string& source);

// Returns the entries of a vocab.json: {"token": id, ...}. Errors: kInput with the file.
std::vector<VocabularyEntry> parse_vocabulary_json(std::string_view bytes, const std::string& source);

// Returns the merges of a merges.txt: two tokens and a space in each line. Lines that begin with "#version" are
// skipped. Errors: kInput with the file and the line.
std::vector<MergeEntry> parse_merges_text(std::string_view bytes, const std::string& source);

// Returns the text of a tokenizer.json for `spec`, with the added tokens and their ids.
std::string to_tokenizer_json(const TokenizerSpec& spec, std::span<const AddedToken> added_tokens);

// Returns an added token from its JSON object. `special` is used if the object has no such key.
AddedToken parse_added_token(const Json& object, bool special, const std::string& source);

}  // namespace hone::text
