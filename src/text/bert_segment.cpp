// Collects words as UTF-8. Only counts the bytes of a word that is too long to be known, so that memory stays bounded.
#include "text/bert_segment.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

// A dropped mark matters only for offsets, because the origins of its neighbours depend on their positions in canonical
// order.
BertCharacters::Piece dropped_mark(char32_t code) {
  const char32_t first = canonical_decomposition(code).codes[0];
  return {code, BertCharacters::Fate::kMark, static_cast<uint8_t>(combining_class(first)), false};
}

}  // namespace

bool BertSegment::take(char32_t code, Offset origin) {
  const BertCharacters::Page& page = characters_.page(code);
  const BertCharacters::Entry& entry = page.entries[code & 0xFF];
  switch (entry.fate) {
    case Fate::kDrop:
      return false;
    case Fate::kMark:
      if (with_offsets_) run_.push_back({dropped_mark(code), origin});
      return false;
    case Fate::kSeveral:
      break;
    default:
      return take_piece({entry.code, entry.fate, 0, false}, entry.id, origin);
  }
  bool is_between_words = false;
  for (size_t i = 0; i < entry.num_pieces; ++i) {
    is_between_words = take_piece(page.pieces[entry.first_piece + i], -1, origin);
  }
  return is_between_words;
}

bool BertSegment::take_piece(const BertCharacters::Piece& piece, int32_t alone_id, Offset origin) {
  if (piece.combining_class != 0) {
    run_.push_back({piece, origin});
    return false;
  }
  if (!run_.empty()) end_run();
  run_base_ = origin;
  switch (piece.fate) {
    case Fate::kBreak:
      end_word();
      return true;
    case Fate::kAlone:
      end_word();
      add_alone(piece.code, alone_id, origin);
      return true;
    case Fate::kInWord:
      put_in_word(piece.code, origin);
      return false;
    default:
      return false;
  }
}

void BertSegment::put_in_word(char32_t code, Offset origin) {
  last_origin_ = origin;
  if (word_.size() > model_.max_word_bytes()) return;
  const size_t begin = word_.size();
  append_utf8(word_, code);
  if (with_offsets_) origins_.insert(origins_.end(), word_.size() - begin, origin);
}

void BertSegment::add_alone(char32_t code, int32_t id, Offset origin) {
  if (id < 0) {
    std::string word;
    append_utf8(word, code);
    word_tokens_.clear();
    model_.tokenize(word, word_tokens_);
    id = word_tokens_[0].id;
  }
  tokens_.push(id);
  if (!with_offsets_) return;
  tokens_.push_offset(origin, tokens_.next_word());
}

// Puts the run into canonical order. Origins keep their positions, as in normalizers.cpp.
void BertSegment::end_run() {
  std::vector<Waiting> sorted = run_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Waiting& a, const Waiting& b) {
    return a.piece.combining_class < b.piece.combining_class;
  });
  Offset origin = run_base_;
  size_t next = 0;
  for (const Waiting& waiting : sorted) {
    if (!waiting.piece.is_added) {
      while (run_[next].piece.is_added) ++next;
      origin = run_[next++].origin;
    }
    if (waiting.piece.fate == Fate::kInWord) put_in_word(waiting.piece.code, origin);
  }
  run_.clear();
}

void BertSegment::end_word() {
  if (word_.empty()) return;
  word_tokens_.clear();
  model_.tokenize(word_, word_tokens_);
  for (const Token& token : word_tokens_) tokens_.push(token.id);
  if (with_offsets_) {
    const uint32_t word = tokens_.next_word();
    for (const Token& token : word_tokens_) {
      const bool is_last = token.end == word_.size();
      tokens_.push_offset({origins_[token.begin].begin, is_last ? last_origin_.end : origins_[token.end - 1].end},
                          word);
    }
    origins_.clear();
  }
  word_.clear();
}

void BertSegment::finish() {
  if (!run_.empty()) end_run();
  end_word();
}

}  // namespace hone::text
