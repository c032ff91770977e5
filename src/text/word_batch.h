// The next words of a text, whose entries in the thread's word cache are on their way from memory. For encoders whose
// words, or parts of words, have the same ids wherever they stand.
#pragma once

#include <array>
#include <cstring>
#include <string_view>

#include "text/token_buffer.h"
#include "text/word_cache.h"

namespace hone::text {

class WordBatch {
 public:
  // The last byte of a word's key is its length, because a word may contain zeros.
  static constexpr size_t kMaxCached = WordKey::kSize - 1;

  // A word of the text, or a part of a long one.
  struct Word {
    const char *begin, *end;
    uint32_t number;  // of the word in the text
    bool is_part;

    std::string_view bytes() const { return {begin, static_cast<size_t>(end - begin)}; }
  };

  // Marks an encoder's entries in the cache. Words and parts of words may have other ids.
  struct Owners {
    uint64_t word = WordCache::next_owner(), part = WordCache::next_owner();
  };

  // The words lie before `text_end`.
  WordBatch(const Owners& owners, const char* text_end, TokenBuffer& tokens)
      : owners_(owners), cache_(WordCache::large_of_thread()), text_end_(text_end), tokens_(tokens) {}

  // Queues a word. If the batch is full, its words are added first: encode(word, tokens) appends the ids of a word that
  // the cache lacks, finish(word, before) is called after each word, whose ids begin at number `before`.
  template <typename Encode, typename Finish>
  void push(const Word& word, const Encode& encode, const Finish& finish) {
    Item& item = next_item(word, encode, finish);
    const size_t length = word.bytes().size();
    if (length > kMaxCached) return;
    if (static_cast<size_t>(text_end_ - word.begin) >= WordKey::kSize) {
      item.key = WordKey::with_length(word.begin, length);
    } else {
      char padded[WordKey::kSize] = {};
      std::memcpy(padded, word.begin, length);
      item.key = WordKey::with_length(padded, length);
    }
    item.entry = &cache_.slot(item.key);
    __builtin_prefetch(item.entry);
    __builtin_prefetch(reinterpret_cast<const char*>(item.entry + 1) - 1);
  }

  // Adds a word whose ids are known: one, or two if `second` is not -1.
  template <typename Encode, typename Finish>
  void push_ids(const Word& word, int32_t first, int32_t second, const Encode& encode, const Finish& finish) {
    if (size_ == 0) return add_known(word, {first, second}, finish);
    next_item(word, encode, finish).ids = {first, second};
  }

  template <typename Encode, typename Finish>
  void flush(const Encode& encode, const Finish& finish) {
    for (size_t i = 0; i < size_; ++i) {
      const Item& item = items_[i];
      if (item.ids[0] >= 0) {
        add_known(item.word, item.ids, finish);
        continue;
      }
      const size_t before = tokens_.size();
      if (item.entry == nullptr) {
        encode(item.word, tokens_);
      } else {
        add_cached(item, encode);
      }
      finish(item.word, before);
    }
    size_ = 0;
  }

 private:
  static constexpr size_t kMaxWords = 16;

  struct Item {
    Word word;
    WordKey key;
    WordCache::Entry* entry;     // null for a word that is too long for the cache
    std::array<int32_t, 2> ids;  // of push_ids(), or -1
  };

  template <typename Encode, typename Finish>
  Item& next_item(const Word& word, const Encode& encode, const Finish& finish) {
    if (size_ == kMaxWords) flush(encode, finish);
    Item& item = items_[size_++];
    item.word = word;
    item.entry = nullptr;
    item.ids = {-1, -1};
    return item;
  }

  template <typename Finish>
  void add_known(const Word& word, std::array<int32_t, 2> ids, const Finish& finish) {
    const size_t before = tokens_.size();
    tokens_.push(ids[0]);
    if (ids[1] >= 0) tokens_.push(ids[1]);
    finish(word, before);
  }

  template <typename Encode>
  void add_cached(const Item& item, const Encode& encode) {
    WordCache::Entry& entry = *item.entry;
    const uint64_t owner = item.word.is_part ? owners_.part : owners_.word;
    if (entry.key == item.key && entry.owner_and_count >> 3 == owner) {
      std::memcpy(tokens_.reserve(WordCache::kMaxIds), entry.ids, sizeof(entry.ids));
      tokens_.add(entry.owner_and_count & 7);
      return;
    }
    const size_t before = tokens_.size();
    encode(item.word, tokens_);
    const size_t count = tokens_.size() - before;
    if (count > WordCache::kMaxIds) return;
    entry.key = item.key;
    entry.owner_and_count = owner << 3 | count;
    for (size_t i = 0; i < count; ++i) entry.ids[i] = tokens_.ids()[before + i];
  }

  const Owners& owners_;
  WordCache& cache_;
  const char* text_end_;
  TokenBuffer& tokens_;
  size_t size_ = 0;
  std::array<Item, kMaxWords> items_;
};

}  // namespace hone::text
