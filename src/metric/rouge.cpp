#include "metric/rouge.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>

#include "metric/porter_stemmer.h"
#include "metric/words.h"

namespace hone::metric {

namespace {

using Words = std::vector<std::string>;

double f_score(double precision, double recall) {
  return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

double f_score(uint64_t matches, uint64_t of_text, uint64_t of_reference) {
  const auto ratio = [&](uint64_t whole) {
    return static_cast<double>(matches) / static_cast<double>(std::max<uint64_t>(whole, 1));
  };
  return f_score(ratio(of_text), ratio(of_reference));
}

using Ngrams = std::map<Words, uint64_t>;

Ngrams ngrams_of(const Words& words, size_t order) {
  Ngrams counts;
  for (size_t i = 0; i + order <= words.size(); ++i) {
    const auto begin = words.begin() + static_cast<ptrdiff_t>(i);
    ++counts[Words(begin, begin + static_cast<ptrdiff_t>(order))];
  }
  return counts;
}

uint64_t total_of(const Ngrams& ngrams) {
  uint64_t total = 0;
  for (const auto& [ngram, count] : ngrams) total += count;
  return total;
}

double ngram_score(const Words& text, const Words& reference, size_t order) {
  const Ngrams of_text = ngrams_of(text, order), wanted = ngrams_of(reference, order);
  uint64_t matches = 0;
  for (const auto& [ngram, count] : wanted) {
    if (const auto found = of_text.find(ngram); found != of_text.end()) matches += std::min(count, found->second);
  }
  return f_score(matches, total_of(of_text), total_of(wanted));
}

// The lengths of the longest common subsequences of the beginnings of two texts, [reference + 1, text + 1].
class SubsequenceTable {
 public:
  SubsequenceTable(const Words& reference, const Words& text)
      : reference_(reference), text_(text), lengths_((reference.size() + 1) * (text.size() + 1)) {
    for (size_t i = 1; i <= reference.size(); ++i) {
      for (size_t j = 1; j <= text.size(); ++j) {
        at(i, j) = reference[i - 1] == text[j - 1] ? at(i - 1, j - 1) + 1 : std::max(at(i - 1, j), at(i, j - 1));
      }
    }
  }

  uint32_t longest() { return at(reference_.size(), text_.size()); }

  // Adds the words of the reference, by their places, that are in the one that rouge-score finds.
  void add_places(std::set<size_t>& places) {
    size_t i = reference_.size(), j = text_.size();
    while (i > 0 && j > 0) {
      if (reference_[i - 1] == text_[j - 1]) {
        places.insert(i - 1);
        --i;
        --j;
      } else if (at(i, j - 1) > at(i - 1, j)) {
        --j;
      } else {
        --i;
      }
    }
  }

 private:
  uint32_t& at(size_t i, size_t j) { return lengths_[i * (text_.size() + 1) + j]; }

  const Words &reference_, &text_;
  std::vector<uint32_t> lengths_;
};

double subsequence_score(const Words& text, const Words& reference) {
  if (text.empty() || reference.empty()) return 0;
  return f_score(SubsequenceTable(reference, text).longest(), text.size(), reference.size());
}

std::vector<Words> sentences_of(std::string_view text, bool stems) {
  std::vector<Words> sentences;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty()) sentences.push_back(rouge_words(line, stems));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return sentences;
}

using Counts = std::unordered_map<std::string, int64_t>;

Counts counts_of(const std::vector<Words>& sentences) {
  Counts counts;
  for (const Words& sentence : sentences) {
    for (const std::string& word : sentence) ++counts[word];
  }
  return counts;
}

uint64_t num_words(const std::vector<Words>& sentences) {
  uint64_t count = 0;
  for (const Words& sentence : sentences) count += sentence.size();
  return count;
}

// For each sentence of the reference, the union of the subsequences that it shares with each sentence of the text. A
// word counts at most as often as both texts have it.
double summary_score(const std::vector<Words>& text, const std::vector<Words>& reference) {
  Counts left_of_text = counts_of(text), left_of_reference = counts_of(reference);
  uint64_t matches = 0;
  for (const Words& wanted : reference) {
    std::set<size_t> places;
    for (const Words& sentence : text) SubsequenceTable(wanted, sentence).add_places(places);
    for (const size_t place : places) {
      int64_t &in_text = left_of_text[wanted[place]], &in_reference = left_of_reference[wanted[place]];
      if (in_text <= 0 || in_reference <= 0) continue;
      ++matches;
      --in_text;
      --in_reference;
    }
  }
  return f_score(matches, num_words(text), num_words(reference));
}

}  // namespace

std::vector<std::string> rouge_words(std::string_view text, bool stems) {
  constexpr uint32_t kDottedI = 0x130, kKelvin = 0x212A;  // their lower-case forms begin with an ASCII letter
  Words words;
  std::string word;
  const auto finish = [&] {
    if (word.empty()) return;
    words.push_back(stems && word.size() > 3 ? porter_stem(word) : word);
    word.clear();
  };
  for (const Character& character : characters_of(text)) {
    uint32_t c = character.code;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    if (c == kKelvin) c = 'k';
    if (c == kDottedI) {
      word += 'i';
      finish();  // a combining dot follows
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += static_cast<char>(c);
    } else {
      finish();
    }
  }
  finish();
  return words;
}

RougeScores rouge_scores(std::string_view text, std::string_view reference, bool stems) {
  const Words words = rouge_words(text, stems), wanted = rouge_words(reference, stems);
  return {.one = ngram_score(words, wanted, 1),
          .two = ngram_score(words, wanted, 2),
          .l = subsequence_score(words, wanted),
          .l_sum = summary_score(sentences_of(text, stems), sentences_of(reference, stems))};
}

}  // namespace hone::metric
