#include "metric/chrf.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "metric/words.h"

namespace hone::metric {

namespace {

std::u32string without_space(std::string_view text) {
  std::u32string characters;
  for (const std::string_view word : split_words(text)) {
    for (const Character& character : characters_of(word)) characters += static_cast<char32_t>(character.code);
  }
  return characters;
}

std::unordered_map<std::u32string_view, uint64_t> ngrams_of(std::u32string_view text, size_t order) {
  std::unordered_map<std::u32string_view, uint64_t> counts;
  for (size_t i = 0; i + order <= text.size(); ++i) ++counts[text.substr(i, order)];
  return counts;
}

double ratio(uint64_t part, uint64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

}  // namespace

void ChrfCounts::add(std::string_view text, std::string_view reference) {
  const std::u32string of_text = without_space(text), of_reference = without_space(reference);
  for (size_t order = 1; order <= kMaxOrder; ++order) {
    const auto wanted = ngrams_of(of_reference, order);
    if (wanted.empty()) continue;  // then those of the text do not count
    uint64_t num_wanted = 0;
    for (const auto& [ngram, count] : wanted) num_wanted += count;
    of_references[order - 1] += num_wanted;
    for (const auto& [ngram, count] : ngrams_of(of_text, order)) {
      of_texts[order - 1] += count;
      if (const auto found = wanted.find(ngram); found != wanted.end()) {
        matches[order - 1] += std::min(count, found->second);
      }
    }
  }
}

void ChrfCounts::add(const ChrfCounts& other, uint64_t times) {
  for (size_t i = 0; i < kMaxOrder; ++i) {
    of_texts[i] += times * other.of_texts[i];
    of_references[i] += times * other.of_references[i];
    matches[i] += times * other.matches[i];
  }
}

double ChrfCounts::score() const {
  constexpr double kFactor = 4;  // beta squared
  double precision = 0, recall = 0, num_orders = 0;
  for (size_t i = 0; i < kMaxOrder; ++i) {
    if (of_texts[i] == 0 || of_references[i] == 0) continue;
    precision += ratio(matches[i], of_texts[i]);
    recall += ratio(matches[i], of_references[i]);
    num_orders += 1;
  }
  if (num_orders == 0 || precision + recall == 0) return 0;
  precision /= num_orders;
  recall /= num_orders;
  return 100 * ((1 + kFactor) * precision * recall / (kFactor * precision + recall));
}

}  // namespace hone::metric
