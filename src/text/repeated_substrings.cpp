// Sorts the suffixes of the words, up to the longest substring and one more character. Suffixes with a common beginning
// are then neighbours, and the common beginnings form a tree of intervals (Abouelhoda et al., "Replacing suffix trees
// with enhanced suffix arrays", 2004).
#include "text/repeated_substrings.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "text/parallel_tasks.h"

namespace hone::text {

namespace {

constexpr size_t kNumBuckets = size_t{1} << 16;  // by the first two bytes of a suffix

class SuffixSorter {
 public:
  SuffixSorter(std::string_view joined, size_t max_length)
      : text_(joined), max_depth_(4 * (max_length + 1)), max_length_(max_length) {
    if (joined.size() >= UINT32_MAX) {
      throw Error(ErrorKind::kInput,
                  fmt::format("the distinct words have {} bytes; unigram takes 4 GiB", joined.size()),
                  "train on fewer rows; choose a --pre-tokenizer that splits the text into shorter words");
    }
    fill_buckets();
  }

  const std::vector<uint32_t>& suffixes() const { return suffixes_; }
  size_t begin(size_t bucket) const { return ends_[bucket] - sizes_[bucket]; }
  size_t end(size_t bucket) const { return ends_[bucket]; }

  void sort_bucket(size_t bucket) { sort(suffixes_.data() + begin(bucket), sizes_[bucket], 2); }

  // Returns how many characters two suffixes have in common. Two equal rests of words do not branch here, so they have
  // more in common than any substring.
  size_t common_length(uint32_t a, uint32_t b) const {
    size_t length = 0;
    for (size_t i = 0;; ++i) {
      if (length > max_length_ + 1 || (i > 0 && text_[a + i - 1] == 0)) return max_length_ + 1;
      if (text_[a + i] != text_[b + i]) {
        // The bytes so far may end inside a character.
        return is_continuation(text_[a + i]) || is_continuation(text_[b + i]) ? length - 1 : length;
      }
      if (!is_continuation(text_[a + i])) ++length;
    }
  }

 private:
  size_t bucket_of(uint32_t at) const {
    const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(text_[i])); };
    return byte(at) << 8 | byte(at + 1);
  }

  template <typename Use>
  void each_suffix(const Use& use) const {
    for (size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] != 0 && !is_continuation(text_[i])) use(static_cast<uint32_t>(i));
    }
  }

  void fill_buckets() {
    each_suffix([&](uint32_t at) { ++sizes_[bucket_of(at)]; });
    size_t total = 0;
    for (size_t bucket = 0; bucket < kNumBuckets; ++bucket) {
      ends_[bucket] = total;
      total += sizes_[bucket];
    }
    suffixes_.resize(total);
    each_suffix([&](uint32_t at) { suffixes_[ends_[bucket_of(at)]++] = at; });
  }

  // Returns the byte that decides at this depth; 0 behind the end of a word, where order does not matter.
  int byte_at(uint32_t suffix, size_t depth) const { return static_cast<unsigned char>(text_[suffix + depth]); }

  // Multikey quicksort (Bentley and Sedgewick, 1997) of suffixes that agree in their first `depth` bytes.
  void sort(uint32_t* first, size_t count, size_t depth) {
    while (count > 1 && depth < max_depth_ && text_[*first + depth - 1] != 0) {
      if (count < 12) return insertion_sort(first, count, depth);
      const int pivot =
          middle(byte_at(first[0], depth), byte_at(first[count / 2], depth), byte_at(first[count - 1], depth));
      size_t less = 0, i = 0, more = count;
      while (i < more) {
        const int byte = byte_at(first[i], depth);
        if (byte < pivot) {
          std::swap(first[less++], first[i++]);
        } else if (byte > pivot) {
          std::swap(first[i], first[--more]);
        } else {
          ++i;
        }
      }
      sort(first, less, depth);
      sort(first + more, count - more, depth);
      first += less;
      count = more - less;
      ++depth;
    }
  }

  static int middle(int a, int b, int c) { return std::max(std::min(a, b), std::min(std::max(a, b), c)); }

  void insertion_sort(uint32_t* first, size_t count, size_t depth) const {
    for (size_t i = 1; i < count; ++i) {
      for (size_t j = i; j > 0 && is_less(first[j], first[j - 1], depth); --j) std::swap(first[j], first[j - 1]);
    }
  }

  bool is_less(uint32_t a, uint32_t b, size_t depth) const {
    for (; depth < max_depth_; ++depth) {
      if (byte_at(a, depth) != byte_at(b, depth)) return byte_at(a, depth) < byte_at(b, depth);
      if (byte_at(a, depth) == 0) return false;
    }
    return false;
  }

  std::string_view text_;
  size_t max_depth_, max_length_;
  std::vector<uint32_t> suffixes_;
  std::vector<size_t> sizes_ = std::vector<size_t>(kNumBuckets), ends_ = std::vector<size_t>(kNumBuckets);
};

bool is_better(const RepeatedSubstring& a, const RepeatedSubstring& b) {
  return a.score != b.score ? a.score > b.score : a.text > b.text;
}

// Keeps the best `limit` substrings.
void keep_best(std::vector<RepeatedSubstring>& found, size_t limit) {
  if (found.size() <= limit) return;
  std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(limit), found.end(), is_better);
  found.resize(limit);
}

// Collects the inner nodes of the tree over sorted suffixes that agree in their first character.
class BranchFinder {
 public:
  BranchFinder(std::string_view joined, const SuffixSorter& sorter, size_t max_length)
      : text_(joined), sorter_(sorter), max_length_(max_length) {}

  // `begin` and `end` are places among the sorted suffixes.
  void find(size_t begin, size_t end, std::vector<RepeatedSubstring>& found) {
    open_.clear();
    for (size_t i = begin + 1; i <= end; ++i) {
      const size_t length = i == end ? 0 : sorter_.common_length(sorter_.suffixes()[i - 1], sorter_.suffixes()[i]);
      size_t from = i - 1;
      while (!open_.empty() && open_.back().length > length) {
        from = open_.back().begin;
        take(open_.back(), i, found);
        open_.pop_back();
      }
      if (length > 0 && (open_.empty() || open_.back().length < length)) open_.push_back({from, length});
    }
  }

 private:
  struct Interval {
    size_t begin, length;
  };

  void take(const Interval& interval, size_t end, std::vector<RepeatedSubstring>& found) const {
    if (interval.length < 2 || interval.length > max_length_) return;
    const std::string_view rest = text_.substr(sorter_.suffixes()[interval.begin]);
    const size_t bytes =
        byte_of_code_point(rest.substr(0, std::min(rest.size(), 4 * interval.length + 4)), interval.length);
    found.push_back({rest.substr(0, bytes), (end - interval.begin) * interval.length});
  }

  std::string_view text_;
  const SuffixSorter& sorter_;
  size_t max_length_;
  std::vector<Interval> open_;
};

}  // namespace

std::string join_words(std::span<const WordCount> words) {
  std::string joined;
  size_t bytes = 1;
  for (const WordCount& word : words) bytes += word.word.size() + 1;
  joined.reserve(bytes);
  for (const WordCount& word : words) joined.append(word.word).push_back('\0');
  return joined;
}

std::vector<RepeatedSubstring> repeated_substrings(std::string_view joined, size_t max_length, size_t limit,
                                                   int num_threads) {
  SuffixSorter sorter(joined, max_length);
  const int threads = num_threads_of(num_threads);
  // Suffixes that begin with the same character may lie in several buckets, those of one first byte.
  constexpr size_t kNumFirst = 256;
  Progress progress("finding substrings", "place", sorter.suffixes().size());
  for (size_t first = 0; first < kNumFirst; ++first) {
    if (sorter.begin(first << 8) == sorter.end(first << 8 | 0xFF)) continue;
    run_tasks(kNumFirst, threads, [&](size_t second, size_t) { sorter.sort_bucket(first << 8 | second); });
    progress.advance(sorter.end(first << 8 | 0xFF) - sorter.begin(first << 8));
  }
  progress.finish();
  std::array<std::vector<RepeatedSubstring>, kNumFirst> found;
  run_tasks(kNumFirst, threads, [&](size_t first, size_t) {
    BranchFinder finder(joined, sorter, max_length);
    finder.find(sorter.begin(first << 8), sorter.end(first << 8 | 0xFF), found[first]);
    keep_best(found[first], limit);
  });
  std::vector<RepeatedSubstring> all;
  for (const auto& part : found) all.insert(all.end(), part.begin(), part.end());
  keep_best(all, limit);
  std::sort(all.begin(), all.end(), is_better);
  return all;
}

}  // namespace hone::text
