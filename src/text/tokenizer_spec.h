// All that makes up a tokenizer, as read from a folder's files and before anything is built from it: the parts of
// tokenizer.json as JSON, the vocabulary, the added tokens in order, and what tokenizer_config.json says.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/added_tokens.h"
#include "text/model.h"
#include "text/tokenizer.h"

namespace hone::text {

struct TokenizerSpec {
  std::string source;                                       // the file that the vocabulary came from, for messages
  Json normalizer, pre_tokenizer, post_processor, decoder;  // null: none
  Json model;                                               // without its vocabulary
  std::vector<VocabularyEntry> vocabulary;
  std::vector<AddedToken> added_tokens;  // in the order of adding; ids are given when the tokenizer is built
  // "cls_token": "[CLS]" and so on, with the names of HF's special tokens; absent where there is none.
  std::map<std::string, std::string> special_tokens;
  std::vector<std::string> extra_special_tokens;
  std::string tokenizer_class;  // of transformers; empty where no file names one
  bool is_bert_class = false;   // post_processor is then made from cls_token and sep_token
  size_t model_max_length = kNoLimit;
  Side padding_side = Side::kRight, truncation_side = Side::kRight;
  bool clean_up_spaces = false;
  std::map<std::string, std::string> files;  // what was loaded, byte by byte, by file name
};

// Reads the tokenizer files of a model folder by the rules of transformers' AutoTokenizer.
TokenizerSpec read_tokenizer_folder(const std::filesystem::path& model_dir);

// Fills the parts, the vocabulary and the added tokens of `spec` from the bytes of a tokenizer.json.
// Errors: kInput with file and, for broken JSON, line and column.
void parse_tokenizer_json(const std::string& bytes, const std::string& source, TokenizerSpec& spec);

// The entries of a vocab.txt: a token a line, its id the line's number.
std::vector<VocabularyEntry> parse_vocabulary_text(std::string_view bytes, const std::string& source);

// A tokenizer.json for `spec`, with the added tokens and their ids.
std::string to_tokenizer_json(const TokenizerSpec& spec, std::span<const AddedToken> added_tokens);

// An added token from its JSON object; `special` holds where the object does not say.
AddedToken parse_added_token(const Json& object, bool special, const std::string& source);

}  // namespace hone::text
