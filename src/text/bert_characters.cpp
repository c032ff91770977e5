// Applies clean_text, handle_chinese_chars, NFD without Mn and lower case to one character, then finds its class. Only
// the canonical order of non-starters depends on neighbours; bert_segment.cpp handles it.
#include "text/bert_characters.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

using Fate = BertCharacters::Fate;
using Piece = BertCharacters::Piece;

Fate fate_of(char32_t code) {
  if (is_whitespace(code)) return Fate::kBreak;
  return is_punctuation(code) ? Fate::kAlone : Fate::kInWord;
}

bool is_dropped(const Piece& piece) { return piece.fate == Fate::kMark || piece.fate == Fate::kStarterMark; }

}  // namespace

BertCharacters::BertCharacters(const BertNormalizerSettings& settings, const WordPiece& model)
    : settings_(settings), model_(model) {}

BertCharacters::~BertCharacters() {
  for (const auto& page : pages_) delete page.load();
}

std::vector<Piece> BertCharacters::pieces_of(char32_t code) const {
  if (settings_.clean_text && is_control(code)) return {};
  if (settings_.clean_text && is_whitespace(code)) code = ' ';
  const bool is_spaced = settings_.handle_chinese_chars && is_chinese(code);
  const CodePoints parts = settings_.strip_accents ? canonical_decomposition(code) : CodePoints{{code}, 1};
  std::vector<Piece> pieces;
  for (char32_t part : parts) {
    const auto order = static_cast<uint8_t>(settings_.strip_accents ? combining_class(part) : 0);
    if (settings_.strip_accents && is_nonspacing_mark(part)) {
      pieces.push_back({part, order == 0 ? Fate::kStarterMark : Fate::kMark, order, !pieces.empty()});
      continue;
    }
    for (char32_t lower : settings_.lowercase ? to_lowercase(part) : CodePoints{{part}, 1}) {
      Fate fate = fate_of(lower);
      if (is_spaced && fate == Fate::kInWord) fate = Fate::kAlone;
      pieces.push_back({lower, fate, order, !pieces.empty()});
    }
  }
  return pieces;
}

BertCharacters::Entry BertCharacters::make_entry(char32_t code, Page& page) const {
  std::vector<Piece> pieces = pieces_of(code);
  Entry entry;
  if (pieces.empty()) return entry;
  const auto is_kept_non_starter = [](const Piece& p) { return p.combining_class != 0 && !is_dropped(p); };
  if (std::none_of(pieces.begin(), pieces.end(), is_kept_non_starter)) {
    // Dropped marks beside a kept starter change nothing. Without a starter, the marks themselves are recorded.
    const bool has_starter =
        std::any_of(pieces.begin(), pieces.end(), [](const Piece& p) { return p.combining_class == 0; });
    std::erase_if(pieces, is_dropped);
    if (pieces.empty()) {
      entry.fate = has_starter ? Fate::kStarterMark : Fate::kMark;
      return entry;
    }
    entry = {pieces[0].code, -1, 0, 1, pieces[0].fate};
  }
  if (pieces.size() > 1 || is_kept_non_starter(pieces[0])) {
    entry = {0, -1, static_cast<uint16_t>(page.pieces.size()), static_cast<uint8_t>(pieces.size()), Fate::kSeveral};
    page.pieces.insert(page.pieces.end(), pieces.begin(), pieces.end());
  }
  return entry;
}

const BertCharacters::Page& BertCharacters::make_page(size_t number) const {
  auto page = std::make_unique<Page>();
  for (size_t i = 0; i < page->entries.size(); ++i) {
    Entry& entry = page->entries[i];
    entry = make_entry(static_cast<char32_t>(number << 8 | i), *page);
    if (entry.fate != Fate::kAlone) continue;
    std::string word;
    append_utf8(word, entry.code);
    const std::optional<int32_t> known = model_.max_word_bytes() > 0 ? model_.token_id(word) : std::nullopt;
    entry.id = known ? *known : model_.find_unknown_id().value_or(-1);
  }
  const Page* expected = nullptr;
  if (pages_[number].compare_exchange_strong(expected, page.get(), std::memory_order_acq_rel)) return *page.release();
  return *expected;
}

}  // namespace hone::text
