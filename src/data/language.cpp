#include "data/language.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include "base/byte_scan.h"

namespace hone::data {

namespace {

struct LanguageWords {
  Language language;
  std::string_view words;
};

// Frequent function words without accents.
constexpr std::array kLanguageWords = std::to_array<LanguageWords>({
    {Language::kEnglish,
     "the of and to in is was that it for on with as are this be have not but at by from they his her you we or an "
     "which she there were been has had will would can their what so if my your its i he"},
    {Language::kGerman,
     "der die und das ist nicht ein eine zu den mit von auf sich des dem auch als es an werden aus er hat dass sie "
     "nach "
     "wird bei einer um am sind noch wie einem oder aber vor zur bis mehr durch man wurde nur ich wir im sehr"},
    {Language::kFrench,
     "le la les de des et est un une dans que qui pour pas sur au du il elle ce en ne plus avec se son sa par mais "
     "nous "
     "vous je sont ou ont cette ces aux leur tres"},
    {Language::kSpanish,
     "el la los las de y que en un una es por con para no se del lo su como pero sus le ya o fue este ha si porque "
     "esta "
     "muy sin sobre ser son"},
    {Language::kItalian,
     "il la di e che un una in per non con sono del della le lo gli dei da si come anche ma alla piu nel questo al ha "
     "era o se molto"},
    {Language::kPortuguese,
     "o a os as de e que um uma em para com do da no na por dos das se como mas ao ele sua ou quando muito nos foi tem "
     "ser"},
    {Language::kDutch,
     "de het een en van is dat op te in zijn niet met voor die er aan als maar om ook dan naar door bij nog wel ik je "
     "hij ze was worden heeft"},
});

constexpr size_t kMaxWords = 50;  // of the text's beginning
constexpr int kMinHits = 2;
constexpr double kMinShare = 0.1;  // of the words
constexpr double kMinLead = 1.3;   // over the next language

// The words of all languages, each as the eight bytes of its letters.
class WordTable {
 public:
  WordTable() {
    for (size_t row = 0; row < kLanguageWords.size(); ++row) {
      std::string_view rest = kLanguageWords[row].words;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find(' '), rest.size());
        const uint64_t word = key_of(rest, 0, end);
        Slot& slot = slots_[slot_of(word)];
        slot.word = word;
        slot.languages |= static_cast<uint16_t>(1U << row);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }

  // Returns a bit for each row of kLanguageWords that has the word in the text, in upper or lower case.
  uint16_t languages(std::string_view text, size_t begin, size_t length) const {
    return length <= kMaxLetters ? slots_[slot_of(key_of(text, begin, length))].languages : 0;
  }

 private:
  static constexpr size_t kMaxLetters = 8;

  // Returns the bytes of a word of at most kMaxLetters, the letters of ASCII in lower case.
  static uint64_t key_of(std::string_view text, size_t begin, size_t length) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + begin, std::min(kMaxLetters, text.size() - begin));
    word |= (~word & 0x8080808080808080U) >> 2;
    return word & (~uint64_t{0} >> (64 - 8 * length));
  }

  struct Slot {
    uint64_t word = 0;
    uint16_t languages = 0;
  };
  static constexpr size_t kNumSlots = 1024;

  // Returns the slot of the word, or the free slot where it would stand.
  size_t slot_of(uint64_t word) const {
    size_t slot = word * 0x9E3779B97F4A7C15U >> 54;
    while (slots_[slot].word != 0 && slots_[slot].word != word) slot = (slot + 1) % kNumSlots;
    return slot;
  }

  std::array<Slot, kNumSlots> slots_{};
};

// Letters of ASCII, and every byte of other characters.
ByteLanes may_be_in_word(ByteLanes bytes) {
  return in_byte_range(bytes | static_cast<uint8_t>(0x20), 'a', 'z') | is_beyond_ascii(bytes);
}

struct WordCounts {
  std::array<int, kLanguageWords.size()> hits{};
  size_t num_words = 0;
};

WordCounts count_words(std::string_view text) {
  static const WordTable table;
  WordCounts counts;
  size_t word_begin = 0;
  bool in_word = false;
  // Goes once behind the last block, for a word at the end of the text.
  for (size_t block = 0; block <= text.size() && counts.num_words < kMaxWords; block += kPassingBytes) {
    const uint64_t letters = passing_bytes(text, block, may_be_in_word);
    uint64_t edges = letters ^ (letters << 1 | static_cast<uint64_t>(in_word));
    for (; edges != 0 && counts.num_words < kMaxWords; edges &= edges - 1) {
      const size_t at = block + static_cast<size_t>(std::countr_zero(edges));
      in_word = !in_word;
      if (in_word) {
        word_begin = at;
        continue;
      }
      ++counts.num_words;
      uint16_t languages = table.languages(text, word_begin, at - word_begin);
      for (; languages != 0; languages &= languages - 1)
        ++counts.hits[static_cast<size_t>(std::countr_zero(languages))];
    }
  }
  return counts;
}

Language latin_language(std::string_view text) {
  const auto [hits, num_words] = count_words(text);
  const auto best = std::ranges::max_element(hits);
  int second = 0;
  for (auto hit = hits.begin(); hit != hits.end(); ++hit) second = hit == best ? second : std::max(second, *hit);
  if (*best < kMinHits || *best < kMinShare * static_cast<double>(num_words) || *best < kMinLead * second) {
    return Language::kUndetermined;
  }
  return kLanguageWords[static_cast<size_t>(best - hits.begin())].language;
}

constexpr std::array<std::string_view, kNumLanguages> kLanguageNames = {"undetermined",
                                                                        "English",
                                                                        "German",
                                                                        "French",
                                                                        "Spanish",
                                                                        "Italian",
                                                                        "Portuguese",
                                                                        "Dutch",
                                                                        "Chinese",
                                                                        "Japanese",
                                                                        "Korean",
                                                                        "Cyrillic (Russian, Ukrainian ...)",
                                                                        "Arabic script (Arabic, Persian ...)",
                                                                        "Greek",
                                                                        "Hebrew",
                                                                        "Thai",
                                                                        "Devanagari (Hindi, Marathi ...)",
                                                                        "other"};

}  // namespace

Language guess_language(std::string_view text, Script script, bool has_kana) {
  switch (script) {
    case Script::kNone:
      return Language::kUndetermined;
    case Script::kLatin:
      return latin_language(text);
    case Script::kHan:
      return has_kana ? Language::kJapanese : Language::kChinese;
    case Script::kHiragana:
    case Script::kKatakana:
      return Language::kJapanese;
    case Script::kHangul:
      return Language::kKorean;
    case Script::kCyrillic:
      return Language::kRussian;
    case Script::kArabic:
      return Language::kArabic;
    case Script::kGreek:
      return Language::kGreek;
    case Script::kHebrew:
      return Language::kHebrew;
    case Script::kThai:
      return Language::kThai;
    case Script::kDevanagari:
      return Language::kHindi;
    default:
      return Language::kOther;
  }
}

Language main_language(std::span<const uint64_t> counts) {
  const auto most = std::ranges::max_element(counts.begin() + 1, counts.end());
  const uint64_t all = std::accumulate(counts.begin(), counts.end(), uint64_t{0}), known = all - counts.front();
  if (2 * *most <= known || 2 * *most < all) return Language::kUndetermined;
  return static_cast<Language>(most - counts.begin());
}

std::string_view language_name(Language language) { return kLanguageNames[static_cast<size_t>(language)]; }

}  // namespace hone::data
