#include "text/training_alphabet.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "base/utf8.h"

namespace hone::text {

namespace {

constexpr size_t kNumCodes = 0x110000;
constexpr uint32_t kNoToken = UINT32_MAX;

std::string utf8_of(char32_t code) {
  std::string text;
  append_utf8(text, code);
  return text;
}

// A character of a word has one of four forms.
enum CharacterForm : uint8_t { kPlain = 0, kWithPrefix = 1, kWithSuffix = 2, kWithBoth = 3 };
constexpr size_t kNumForms = 4;
using CharacterForms = std::array<uint32_t, kNumForms>;  // the ids; kNoToken: unknown yet

CharacterForm form_at(bool is_first, bool is_last, const MergeTrainerSettings& settings) {
  const int prefix = !is_first && !settings.continuing_prefix.empty() ? kWithPrefix : kPlain;
  const int suffix = is_last && !settings.end_suffix.empty() ? kWithSuffix : kPlain;
  return static_cast<CharacterForm>(prefix | suffix);
}

// Calls use(code, form) for each character of a word.
template <typename Use>
void each_character(std::string_view word, const MergeTrainerSettings& settings, const Use& use) {
  const char *p = word.data(), *const begin = p, *const end = p + word.size();
  while (p < end) {
    const bool is_first = p == begin;
    const char32_t code = next_code_point(p);
    use(code, form_at(is_first, p == end, settings));
  }
}

// Returns the characters that get a token, in the order of their code points.
std::vector<char32_t> alphabet_of(std::span<const WordCount> words, const MergeTrainerSettings& settings) {
  std::vector<uint64_t> counts(kNumCodes);
  for (const WordCount& word : words) {
    for (const char *p = word.word.data(), *const end = p + word.word.size(); p < end;)
      counts[next_code_point(p)] += word.count;
  }
  for (const char32_t code : settings.initial_alphabet) counts[code] = std::numeric_limits<uint64_t>::max();
  std::vector<char32_t> kept;
  for (size_t code = 0; code < kNumCodes; ++code) {
    if (counts[code] > 0) kept.push_back(static_cast<char32_t>(code));
  }
  if (!settings.limit_alphabet || kept.size() <= *settings.limit_alphabet) return kept;
  std::stable_sort(kept.begin(), kept.end(), [&](char32_t a, char32_t b) { return counts[a] > counts[b]; });
  kept.resize(*settings.limit_alphabet);
  std::sort(kept.begin(), kept.end());
  return kept;
}

// The tokens of characters in their forms.
class CharacterTokens {
 public:
  CharacterTokens(std::span<const WordCount> words, const MergeTrainerSettings& settings, TrainingTokens& tokens)
      : settings_(settings), forms_(kNumCodes, CharacterForms{kNoToken, kNoToken, kNoToken, kNoToken}) {
    for (const char32_t code : alphabet_of(words, settings)) tokens.add(utf8_of(code), 1);
    std::vector<uint8_t> used(kNumCodes);  // by code: a bit for each form that words have
    for (const WordCount& word : words) {
      each_character(word.word, settings, [&](char32_t code, CharacterForm form) { used[code] |= 1U << form; });
    }
    for (size_t form = 0; form < kNumForms; ++form) {
      for (size_t code = 0; code < kNumCodes; ++code) {
        if ((used[code] >> form & 1) != 0) add(static_cast<char32_t>(code), form, tokens);
      }
    }
  }

  uint32_t id(char32_t code, CharacterForm form) const { return forms_[code][form]; }

 private:
  // A character that limit_alphabet removed stays unknown, unless it is a special token.
  void add(char32_t code, size_t form, TrainingTokens& tokens) {
    const std::string plain = utf8_of(code);
    if (!tokens.contains(plain)) return;
    forms_[code][form] = tokens.add(with_marks(plain, form), 1);
  }

  std::string with_marks(const std::string& plain, size_t form) const {
    return ((form & kWithPrefix) != 0 ? settings_.continuing_prefix : "") + plain +
           ((form & kWithSuffix) != 0 ? settings_.end_suffix : "");
  }

  const MergeTrainerSettings& settings_;
  std::vector<CharacterForms> forms_;
};

}  // namespace

uint32_t TrainingTokens::add(const std::string& token, uint32_t length) {
  const auto [entry, is_new] = ids_.try_emplace(token, static_cast<uint32_t>(tokens_.size()));
  if (is_new) {
    tokens_.push_back(token);
    lengths_.push_back(length);
  }
  return entry->second;
}

TrainingWords start_training(std::span<const WordCount> words, const MergeTrainerSettings& settings,
                             TrainingTokens& tokens) {
  for (const std::string& token : settings.special_tokens) {
    tokens.add(token, static_cast<uint32_t>(count_code_points(token)));
  }
  const size_t num_special = tokens.size();
  const CharacterTokens characters(words, settings, tokens);
  if (tokens.size() > settings.vocab_size) {
    throw Error(ErrorKind::kUsage,
                fmt::format("a vocabulary of {} tokens has no room for the {} special tokens and {} characters",
                            settings.vocab_size, num_special, tokens.size() - num_special),
                "raise --vocab-size; limit the characters with --limit-alphabet");
  }
  TrainingWords made;
  for (const WordCount& word : words) {
    const size_t begin = made.ids.size();
    each_character(word.word, settings, [&](char32_t code, CharacterForm form) {
      if (const uint32_t id = characters.id(code, form); id != kNoToken) made.ids.push_back(id);
    });
    if (made.ids.size() - begin < 2) {
      made.ids.resize(begin);
      continue;
    }
    made.begins.push_back(begin);
    made.lengths.push_back(static_cast<uint32_t>(made.ids.size() - begin));
    made.counts.push_back(static_cast<int64_t>(word.count));
  }
  return made;
}

}  // namespace hone::text
