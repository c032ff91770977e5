// Counts of distinct words: a hash table that holds each word once. The order of its entries depends on the order of
// adding; sorted() does not.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace hone::text {

// A word and how often it occurs. The bytes belong to a WordTable or to the caller.
struct WordCount {
  std::string_view word;
  uint64_t count = 0;
};

class WordTable {
 public:
  struct Entry {
    const char* bytes;
    uint32_t length, hash;  // the low half of hash_of
    uint64_t count;

    std::string_view word() const { return {bytes, length}; }
  };

  static uint64_t hash_of(std::string_view word);

  void add(std::string_view word, uint64_t hash, uint64_t count);

  size_t size() const { return entries_.size(); }
  const std::vector<Entry>& entries() const { return entries_; }

  // Removes all words but keeps the memory for the next ones.
  void clear();

  // Orders the entries by their hashes, then by their bytes, so that the order depends on the words alone. Afterwards
  // only entries() may be called.
  void sort();

 private:
  void grow();
  const char* keep(std::string_view word);

  static constexpr size_t kBlock = size_t{1} << 16;

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // index of an entry + 1; 0: free
  std::vector<std::unique_ptr<char[]>> blocks_, long_words_;
  size_t num_used_blocks_ = 0, used_ = kBlock;  // used_: bytes of the last used block
};

}  // namespace hone::text
