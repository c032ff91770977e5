// The effect of BertNormalizer and BertPreTokenizer on each character: they drop it, end a word at it, make it a word,
// put it into a word, or replace it by several characters. A table caches the effects in pages; the first use of a page
// computes it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "text/normalizers.h"
#include "text/word_piece.h"

namespace hone::text {

class BertCharacters {
 public:
  enum class Fate : uint8_t {
    kDrop,         // removed without effect
    kMark,         // a removed non-starter: it still takes part in the canonical order
    kStarterMark,  // a removed starter: it still ends a run of non-starters
    kBreak,        // white space
    kAlone,        // a word by itself
    kInWord,
    kSeveral,  // replaced by several characters: see `pieces`
  };

  // One of the characters that replace a character.
  struct Piece {
    char32_t code;
    Fate fate;
    uint8_t combining_class;
    bool is_added;  // not the first replacement of its source character
  };

  struct Entry {
    char32_t code = 0;  // the replacement
    int32_t id = -1;    // for kAlone: its token; -1 if the vocabulary has neither this token nor an unknown token
    uint16_t first_piece = 0;
    uint8_t num_pieces = 0;
    Fate fate = Fate::kDrop;
  };

  struct Page {
    std::array<Entry, 256> entries;
    std::vector<Piece> pieces;
  };

  // `model` must outlive this object.
  BertCharacters(const BertNormalizerSettings& settings, const WordPiece& model);
  ~BertCharacters();
  BertCharacters(const BertCharacters&) = delete;
  BertCharacters& operator=(const BertCharacters&) = delete;

  const Page& page(char32_t code) const {
    const Page* known = pages_[code >> 8].load(std::memory_order_acquire);
    return known != nullptr ? *known : make_page(code >> 8);
  }

 private:
  const Page& make_page(size_t number) const;
  std::vector<Piece> pieces_of(char32_t code) const;
  Entry make_entry(char32_t code, Page& page) const;

  BertNormalizerSettings settings_;
  const WordPiece& model_;
  mutable std::array<std::atomic<const Page*>, 0x1100> pages_{};
};

}  // namespace hone::text
