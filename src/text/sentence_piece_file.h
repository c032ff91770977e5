// Reads the model files of SentencePiece (spiece.model, tokenizer.model), which are messages of Protocol Buffers
// (sentencepiece_model.proto). libprotobuf is not used: libtorch and libarrow export weak symbols of two other versions
// of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hone::text {

struct SentencePiece {
  enum class Type { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };
  std::string piece;
  float score = 0;
  Type type = Type::kNormal;
};

struct SentencePieceFile {
  enum class Kind { kUnigram = 1, kBpe, kWord, kChar };

  std::vector<SentencePiece> pieces;  // by id
  Kind kind = Kind::kUnigram;
  bool byte_fallback = false;
  int64_t unk_id = 0, bos_id = 1, eos_id = 2, pad_id = -1;  // -1: the model has no such token
  std::string unk_piece = "<unk>", bos_piece = "<s>", eos_piece = "</s>";
  std::string precompiled_charsmap;
  bool add_dummy_prefix = true, remove_extra_whitespaces = true, escape_whitespaces = true;
  bool treat_whitespace_as_suffix = false;
};

// Errors (kInput): bytes that are no such message, or that end early; both with the place. Unknown fields are skipped.
SentencePieceFile parse_sentence_piece_file(std::string_view bytes, const std::string& source);

}  // namespace hone::text
