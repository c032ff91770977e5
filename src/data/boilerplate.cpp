#include "data/boilerplate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <unordered_map>

#include "data/byte_bits.h"
#include "data/byte_hash.h"
#include "data/key_counts.h"
#include "data/row_ranges.h"
#include "table/value.h"

namespace hone::data {

namespace {

constexpr size_t kMinSentenceBytes = 15;
constexpr uint64_t kMinRows = 10;
constexpr double kMinRowShare = 0.005;
constexpr uint64_t kRowsInRun = 4096;
constexpr std::array<std::string_view, 3> kChineseEnds = {"\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F"};

// A mark, a line break, or the first byte of a Chinese mark.
struct MayEndSentence {
  ByteLanes operator()(ByteLanes bytes) const {
    return equals_byte(bytes, '.') | equals_byte(bytes, '!') | equals_byte(bytes, '?') | equals_byte(bytes, '\n') |
           equals_byte(bytes, 0xE3) | equals_byte(bytes, 0xEF);
  }
};

// Returns the byte after the sentence that the byte at `at` ends, or 0 if it ends none.
size_t end_of_sentence_at(std::string_view text, size_t at) {
  const char c = text[at];
  if (c == '\n') return at + 1;
  const bool is_mark = c == '.' || c == '!' || c == '?';
  if (is_mark) return at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '\n') ? at + 1 : 0;
  return std::ranges::find(kChineseEnds, text.substr(at, 3)) != kChineseEnds.end() ? at + 3 : 0;
}

// Returns the text from begin to end without white space. Most sentences begin after one space.
std::string_view stripped_sentence(std::string_view text, size_t begin, size_t end) {
  begin += static_cast<size_t>(begin < end && text[begin] == ' ');
  return table::stripped(text.substr(begin, end - begin));
}

// Calls use(sentence, hash) for each sentence that counts.
template <typename Use>
void for_each_sentence(std::string_view text, const Use& use) {
  const size_t whole_size = table::stripped(text).size();
  size_t begin = 0;
  const auto add = [&](size_t end) {
    const std::string_view sentence = stripped_sentence(text, begin, end);
    if (sentence.size() >= kMinSentenceBytes && sentence.size() < whole_size) {
      use(sentence, byte_hash(sentence));
    }
    begin = end;
  };
  for (size_t block = 0; block < text.size(); block += kPassingBytes) {
    for (uint64_t places = byte_bits(text, block, MayEndSentence()); places != 0; places &= places - 1) {
      const size_t end = end_of_sentence_at(text, block + static_cast<size_t>(std::countr_zero(places)));
      if (end > 0) add(end);
    }
  }
  if (begin < text.size()) add(text.size());
}

using Text = std::function<std::string_view(uint64_t, std::string&)>;

// Appends the distinct hashes, in any order.
void add_distinct(std::vector<uint64_t>& hashes, std::vector<uint64_t>& to) {
  constexpr size_t kFew = 16;  // for which sorting takes longer
  if (hashes.size() > kFew) {
    std::ranges::sort(hashes);
    to.insert(to.end(), hashes.begin(), std::unique(hashes.begin(), hashes.end()));
    return;
  }
  for (size_t i = 0; i < hashes.size(); ++i) {
    bool is_new = true;
    for (size_t j = 0; j < i; ++j) is_new &= hashes[j] != hashes[i];
    if (is_new) to.push_back(hashes[i]);
  }
}

// Returns the hash of each sentence of each row, once for each row, in any order.
std::vector<uint64_t> sentence_hashes(uint64_t num_rows, const Text& text) {
  std::vector<uint64_t> all;
  std::mutex mutex;
  for_row_ranges(num_rows, kRowsInRun, [&](uint64_t begin, uint64_t end) {
    std::vector<uint64_t> hashes, own;
    std::string scratch;
    for (uint64_t row = begin; row < end; ++row) {
      own.clear();
      for_each_sentence(text(row, scratch), [&](std::string_view, uint64_t hash) { own.push_back(hash); });
      add_distinct(own, hashes);
    }
    const std::lock_guard lock(mutex);
    all.insert(all.end(), hashes.begin(), hashes.end());
  });
  return all;
}

struct Frequent {
  uint64_t hash, rows;
};

// Returns the hashes in at least `min_rows` rows: the most frequent `max_count`, and all that are as frequent as the
// last one of them.
std::vector<Frequent> frequent_hashes(std::vector<uint64_t> hashes, uint64_t min_rows, size_t max_count) {
  KeyCounts counts(2 * hashes.size());
  for (const uint64_t hash : hashes) counts.add(hash);
  std::erase_if(hashes, [&](uint64_t hash) { return !counts.may_occur(hash, min_rows); });
  std::ranges::sort(hashes);
  std::vector<Frequent> frequent;
  for (size_t begin = 0, end = 0; begin < hashes.size(); begin = end) {
    while (end < hashes.size() && hashes[end] == hashes[begin]) ++end;
    if (end - begin >= min_rows) frequent.push_back({hashes[begin], end - begin});
  }
  std::ranges::sort(frequent, std::greater(), &Frequent::rows);
  if (frequent.size() <= max_count) return frequent;
  const auto is_rarer = [least = frequent[max_count - 1].rows](const Frequent& row) { return row.rows < least; };
  frequent.erase(std::ranges::find_if(frequent, is_rarer), frequent.end());
  return frequent;
}

}  // namespace

std::vector<Boilerplate> find_boilerplate(uint64_t num_rows, const Text& text, size_t max_sentences) {
  const auto share = static_cast<uint64_t>(kMinRowShare * static_cast<double>(num_rows));
  const auto frequent = frequent_hashes(sentence_hashes(num_rows, text), std::max(kMinRows, share), max_sentences);
  std::unordered_map<uint64_t, size_t> missing;
  for (size_t i = 0; i < frequent.size(); ++i) missing[frequent[i].hash] = i;
  std::vector<Boilerplate> found(frequent.size());
  std::string scratch;
  for (uint64_t row = 0; row < num_rows && !missing.empty(); ++row) {
    for_each_sentence(text(row, scratch), [&](std::string_view sentence, uint64_t hash) {
      const auto at = missing.find(hash);
      if (at == missing.end()) return;
      found[at->second] = {std::string(sentence), frequent[at->second].rows, row};
      missing.erase(at);
    });
  }
  const auto order = [](const Boilerplate& row) {
    return std::pair(UINT64_MAX - row.rows, std::hash<std::string_view>()(row.sentence));
  };
  std::ranges::sort(found, {}, order);
  if (found.size() > max_sentences) found.resize(max_sentences);
  return found;
}

}  // namespace hone::data
