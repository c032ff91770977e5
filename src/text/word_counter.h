// Counts the distinct words of texts on all threads, for the training of a tokenizer. The texts themselves are not
// kept. The counts and their order are equal at any number of threads.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "text/word_splitter.h"
#include "text/word_table.h"

namespace hone::text {

class WordCounter {
 public:
  // `max_words`: distinct words at most. num_threads 0: all cores.
  WordCounter(WordSplitter splitter, uint64_t max_words, int num_threads = 0);

  // Counts the words of the texts, which are checked UTF-8. Errors: kInput if there are more than max_words distinct
  // words.
  void add(std::span<const std::string_view> texts);

  // Returns the words, in an order that depends on nothing else. They are valid as long as this object. Call it once,
  // after the last add().
  std::vector<WordCount> finish();

 private:
  // The words whose hashes have the same highest bits. One thread at a time changes a shard.
  struct Shard {
    WordTable raw, words;  // raw: pieces whose words are found in finish()
  };
  static constexpr size_t kNumShards = 32;
  using Shards = std::array<Shard, kNumShards>;

  static size_t shard_of(uint64_t hash) { return hash >> 59; }
  static void add_word(Shards& shards, std::string_view word, uint64_t count);
  static void add_raw(Shards& shards, std::string_view piece, uint64_t count);
  static uint64_t size_of(const Shards& shards);
  // Moves the words of the threads to all_. Errors (kInput): more than max_words_.
  void collect();

  WordSplitter splitter_;
  uint64_t max_words_;
  int num_threads_;
  Shards all_;
  std::vector<Shards> of_thread_;  // what a thread found since the last collect()
};

}  // namespace hone::text
