#include "data/boilerplate.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <unordered_map>

#include "base/byte_scan.h"
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
ByteLanes may_end_sentence(ByteLanes bytes) {
  return equals_byte(bytes, '.') | equals_byte(bytes, '!') | equals_byte(bytes, '?') | equals_byte(bytes, '\n') |
         equals_byte(bytes, 0xE3) | equals_byte(bytes, 0xEF);
}

// Returns the byte after the sentence that begins at `begin`.
size_t end_of_sentence(std::string_view text, size_t begin) {
  for (size_t at = find_byte(text, begin, may_end_sentence); at < text.size();
       at = find_byte(text, at + 1, may_end_sentence)) {
    const char c = text[at];
    if (c == '\n') return at + 1;
    const bool is_mark = c == '.' || c == '!' || c == '?';
    if (is_mark && at + 1 < text.size() && (text[at + 1] == ' ' || text[at + 1] == '\n')) return at + 1;
    if (!is_mark && std::ranges::find(kChineseEnds, text.substr(at, 3)) != kChineseEnds.end()) return at + 3;
  }
  return text.size();
}

// Calls use(sentence, hash) for each sentence that counts.
template <typename Use>
void for_each_sentence(std::string_view text, const Use& use) {
  const std::string_view whole = table::stripped(text);
  for (size_t at = 0; at < text.size();) {
    const size_t end = end_of_sentence(text, at);
    const std::string_view sentence = table::stripped(text.substr(at, end - at));
    if (sentence.size() >= kMinSentenceBytes && sentence.size() < whole.size()) {
      use(sentence, std::hash<std::string_view>()(sentence));
    }
    at = end;
  }
}

using Text = std::function<std::string_view(uint64_t, std::string&)>;

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
      std::ranges::sort(own);
      own.erase(std::unique(own.begin(), own.end()), own.end());
      hashes.insert(hashes.end(), own.begin(), own.end());
    }
    const std::lock_guard lock(mutex);
    all.insert(all.end(), hashes.begin(), hashes.end());
  });
  return all;
}

struct Frequent {
  uint64_t hash, rows;
};

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
  std::ranges::stable_sort(frequent, std::greater(), &Frequent::rows);
  if (frequent.size() > max_count) frequent.resize(max_count);
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
  return found;
}

}  // namespace hone::data
