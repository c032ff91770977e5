#include "metric/bleu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/names.h"
#include "metric/words.h"

namespace hone::metric {

namespace {

struct Range {
  uint32_t first = 0, last = 0;
};

// What sacrebleu takes for Chinese. Its two ranges beyond the first plane compare texts of two characters, which makes
// them 2001 to 2A6D and 2F81 to 2FA1.
constexpr std::array kChinese{
    Range{0x3400, 0x4DB5}, Range{0x4E00, 0x9FA5}, Range{0x9FA6, 0x9FBB}, Range{0xF900, 0xFA2D}, Range{0xFA30, 0xFA6A},
    Range{0xFA70, 0xFAD9}, Range{0x2001, 0x2A6D}, Range{0x2F81, 0x2FA1}, Range{0xFF00, 0xFFEF}, Range{0x2E80, 0x2EFF},
    Range{0x3000, 0x303F}, Range{0x31C0, 0x31EF}, Range{0x2F00, 0x2FDF}, Range{0x2FF0, 0x2FFF}, Range{0x3100, 0x312F},
    Range{0x31A0, 0x31BF}, Range{0xFE10, 0xFE1F}, Range{0xFE30, 0xFE4F}, Range{0x2600, 0x26FF}, Range{0x2700, 0x27BF},
    Range{0x3200, 0x32FF}, Range{0x3300, 0x33FF}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }

// [{-~[-` -&(-+:-@/]
bool is_symbol(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') ||
         (c >= ':' && c <= '@') || c == '/';
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

void replace_all(std::string& text, std::string_view before, std::string_view after) {
  for (size_t at = text.find(before); at != std::string::npos; at = text.find(before, at + after.size())) {
    text.replace(at, before.size(), after);
  }
}

// Replaces pairs of neighbours of which `matches` is true, each character once, as re.sub does.
template <typename Matches, typename Write>
std::string with_pairs(const std::string& text, Matches matches, Write write) {
  std::string result;
  size_t at = 0;
  while (at < text.size()) {
    if (at + 1 < text.size() && matches(text[at], text[at + 1])) {
      write(result, text[at], text[at + 1]);
      at += 2;
    } else {
      result += text[at++];
    }
  }
  return result;
}

// The rules of mteval-v13a.pl for Western languages. Only ASCII characters matter, so bytes can be compared.
std::string western_words(std::string_view text) {
  std::string spaced;
  for (const char c : text) {
    if (is_symbol(c)) {
      spaced += {' ', c, ' '};
    } else {
      spaced += c;
    }
  }
  spaced = with_pairs(
      spaced, [](char a, char b) { return !is_digit(a) && is_stop(b); },
      [](std::string& to, char a, char b) { to += {a, ' ', b, ' '}; });
  spaced = with_pairs(
      spaced, [](char a, char b) { return is_stop(a) && !is_digit(b); },
      [](std::string& to, char a, char b) { to += {' ', a, ' ', b}; });
  spaced = with_pairs(
      spaced, [](char a, char b) { return is_digit(a) && b == '-'; },
      [](std::string& to, char a, char b) { to += {a, ' ', b, ' '}; });
  return joined(split_words(spaced));
}

std::string words_13a(std::string_view given) {
  std::string text(given);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
  return western_words(" " + text + " ");
}

// Puts spaces around the characters of which `is_word` is true.
template <typename IsWord>
std::string with_spaces(std::string_view text, IsWord is_word) {
  std::string spaced;
  for (const auto& [character, bytes] : characters_of(text)) {
    if (is_word(character)) {
      spaced += ' ';
      spaced += bytes;
      spaced += ' ';
    } else {
      spaced += bytes;
    }
  }
  return spaced;
}

bool is_chinese(uint32_t character) {
  return std::ranges::any_of(kChinese,
                             [&](const Range& range) { return range.first <= character && character <= range.last; });
}

std::string words_zh(std::string_view text) { return western_words(with_spaces(stripped(text), is_chinese)); }

std::string words_none(std::string_view text) { return std::string(text); }

std::string words_char(std::string_view text) {
  return joined(split_words(with_spaces(text, [](uint32_t) { return true; })));
}

struct BleuTokenizer {
  std::string_view name;
  std::string (*words)(std::string_view text);
};
constexpr std::array kTokenizers{BleuTokenizer{"13a", words_13a}, BleuTokenizer{"zh", words_zh},
                                 BleuTokenizer{"none", words_none}, BleuTokenizer{"char", words_char}};
static_assert(has_names(kTokenizers, kBleuTokenizerNames), "kBleuTokenizerNames and the table differ");

using Ngrams = std::unordered_map<std::string_view, uint64_t>;

// Counts the n-grams of a text whose words have one space between them.
Ngrams ngrams_of(const std::vector<std::string_view>& words, size_t order) {
  Ngrams counts;
  for (size_t i = 0; i + order <= words.size(); ++i) {
    const std::string_view last = words[i + order - 1];
    ++counts[{words[i].data(), static_cast<size_t>(last.data() + last.size() - words[i].data())}];
  }
  return counts;
}

}  // namespace

std::string bleu_words(std::string_view text, std::string_view tokenizer) {
  return find_row(kTokenizers, "tokenizer of BLEU", tokenizer, ErrorKind::kUsage).words(right_stripped(text));
}

void BleuCounts::add(std::string_view text, std::string_view reference, std::string_view tokenizer) {
  const std::string of_text = joined(split_words(bleu_words(text, tokenizer))),
                    of_reference = joined(split_words(bleu_words(reference, tokenizer)));
  const std::vector<std::string_view> words = split_words(of_text), wanted = split_words(of_reference);
  length += words.size();
  reference_length += wanted.size();
  for (size_t order = 1; order <= kMaxOrder; ++order) {
    const Ngrams references = ngrams_of(wanted, order);
    for (const auto& [ngram, count] : ngrams_of(words, order)) {
      totals[order - 1] += count;
      if (const auto found = references.find(ngram); found != references.end()) {
        matches[order - 1] += std::min(count, found->second);
      }
    }
  }
}

void BleuCounts::add(const BleuCounts& other, uint64_t times) {
  length += times * other.length;
  reference_length += times * other.reference_length;
  for (size_t i = 0; i < kMaxOrder; ++i) {
    matches[i] += times * other.matches[i];
    totals[i] += times * other.totals[i];
  }
}

double BleuCounts::brevity_penalty() const {
  if (length >= reference_length) return 1;
  if (length == 0) return 0;
  return std::exp(1 - static_cast<double>(reference_length) / static_cast<double>(length));
}

double BleuCounts::score() const {
  constexpr double kLogOfZero = -9999999999.0;  // sacrebleu's
  if (std::ranges::all_of(matches, [](uint64_t count) { return count == 0; })) return 0;
  double logs = 0, smoothing = 1;
  bool has_ngrams = true;
  for (size_t i = 0; i < kMaxOrder; ++i) {
    has_ngrams = has_ngrams && totals[i] > 0;
    if (!has_ngrams) {
      logs += kLogOfZero;
      continue;
    }
    const auto total = static_cast<double>(totals[i]);
    if (matches[i] == 0) smoothing *= 2;
    logs += std::log(matches[i] == 0 ? 100 / (smoothing * total) : 100 * static_cast<double>(matches[i]) / total);
  }
  return brevity_penalty() * std::exp(logs / static_cast<double>(kMaxOrder));
}

std::string bleu_signature(std::string_view tokenizer) {
  return fmt::format("nrefs:1|case:mixed|eff:no|tok:{}|smooth:exp|version:2.6.0", tokenizer);
}

}  // namespace hone::metric
