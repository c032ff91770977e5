// A hash that tells whether two folders have the same tokenizer, for files of ids that outlive the tokenizer's object.
#pragma once

#include <filesystem>
#include <string>

#include "text/tokenizer.h"

namespace hone::text {

struct IdentifiedTokenizer {
  Tokenizer tokenizer;
  // SHA-256 of what decides the ids of a text: vocabulary, merges, added tokens and all parts. It does not depend on
  // the form of the tokenizer's files: a folder that Tokenizer::save() wrote has the same hash, unless the tokenizer
  // comes from a SentencePiece model with symbols of the user's.
  std::string sha256;
};

// Errors: those of Tokenizer::load().
IdentifiedTokenizer load_identified_tokenizer(const std::filesystem::path& model_dir);

}  // namespace hone::text
