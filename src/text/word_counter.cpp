#include "text/word_counter.h"

#include <algorithm>

#include "base/error.h"
#include "text/parallel_tasks.h"

namespace hone::text {

namespace {

// Texts of a task.
constexpr size_t kTaskBytes = size_t{1} << 14;
// Words that the threads hold before they are collected: few enough for their caches.
constexpr uint64_t kMaxPending = uint64_t{1} << 16;

// Returns the index behind the last text of each task.
std::vector<size_t> task_ends(std::span<const std::string_view> texts) {
  std::vector<size_t> ends;
  size_t bytes = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    bytes += texts[i].size();
    if (bytes < kTaskBytes && i + 1 < texts.size()) continue;
    ends.push_back(i + 1);
    bytes = 0;
  }
  return ends;
}

}  // namespace

WordCounter::WordCounter(WordSplitter splitter, uint64_t max_words, int num_threads)
    : splitter_(std::move(splitter)),
      max_words_(max_words),
      num_threads_(num_threads_of(num_threads)),
      of_thread_(static_cast<size_t>(num_threads_)) {
  static_assert(kNumShards == size_t{1} << 5, "shard_of takes the highest 5 bits");
}

void WordCounter::add_word(Shards& shards, std::string_view word, uint64_t count) {
  const uint64_t hash = WordTable::hash_of(word);
  shards[shard_of(hash)].words.add(word, hash, count);
}

void WordCounter::add_raw(Shards& shards, std::string_view piece, uint64_t count) {
  const uint64_t hash = WordTable::hash_of(piece);
  shards[shard_of(hash)].raw.add(piece, hash, count);
}

void WordCounter::add(std::span<const std::string_view> texts) {
  const std::vector<size_t> ends = task_ends(texts);
  run_tasks(ends.size(), num_threads_, [&](size_t task, size_t thread) {
    Shards& shards = of_thread_[thread];
    for (size_t i = task == 0 ? 0 : ends[task - 1]; i < ends[task]; ++i) {
      splitter_.split(
          texts[i], [&](std::string_view piece) { add_raw(shards, piece, 1); },
          [&](std::string_view word) { add_word(shards, word, 1); });
    }
  });
  uint64_t num_pending = 0;
  for (const Shards& shards : of_thread_) num_pending += size_of(shards);
  if (num_pending > kMaxPending || size_of(all_) + num_pending > max_words_) collect();
}

uint64_t WordCounter::size_of(const Shards& shards) {
  uint64_t size = 0;
  for (const Shard& shard : shards) size += shard.raw.size() + shard.words.size();
  return size;
}

void WordCounter::collect() {
  const auto move_to = [](WordTable& from, WordTable& to, size_t shard) {
    // The shard is the part of the hash that an entry does not keep.
    for (const WordTable::Entry& entry : from.entries()) to.add(entry.word(), shard << 59 | entry.hash, entry.count);
    from.clear();
  };
  run_tasks(kNumShards, num_threads_, [&](size_t shard, size_t) {
    for (Shards& found : of_thread_) {
      move_to(found[shard].raw, all_[shard].raw, shard);
      move_to(found[shard].words, all_[shard].words, shard);
    }
  });
  if (size_of(all_) <= max_words_) return;
  throw Error(ErrorKind::kInput, fmt::format("the rows have more than {} distinct words", max_words_),
              "raise --max-words if the memory suffices (about 100 bytes for each word); train on fewer rows; "
              "choose a --pre-tokenizer that splits the text into shorter words");
}

std::vector<WordCount> WordCounter::finish() {
  collect();
  run_tasks(kNumShards, num_threads_, [&](size_t shard, size_t thread) {
    for (const WordTable::Entry& entry : all_[shard].raw.entries()) {
      splitter_.split_raw(entry.word(),
                          [&](std::string_view word) { add_word(of_thread_[thread], word, entry.count); });
    }
    all_[shard].raw = {};
  });
  collect();
  of_thread_.clear();
  run_tasks(kNumShards, num_threads_, [&](size_t shard, size_t) { all_[shard].words.sort(); });
  std::vector<WordCount> words;
  for (const Shard& shard : all_) {
    for (const WordTable::Entry& entry : shard.words.entries()) words.push_back({entry.word(), entry.count});
  }
  return words;
}

}  // namespace hone::text
