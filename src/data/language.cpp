#include "data/language.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include "data/byte_bits.h"

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

// Counts of words, a byte for each row of kLanguageWords.
using PackedCounts = uint64_t;
static_assert(kLanguageWords.size() <= sizeof(PackedCounts) && kMaxWords <= UINT8_MAX);

// The words of all languages, each as the eight bytes of its letters. A word stands in one of two slots (cuckoo
// hashing), so that a look-up does the same for every word: nothing could predict its branches.
class WordTable {
 public:
  WordTable() {
    for (size_t row = 0; row < kLanguageWords.size(); ++row) {
      std::string_view rest = kLanguageWords[row].words;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find(' '), rest.size());
        add(key_of(rest, 0, end), PackedCounts{1} << (8 * row));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }

  // Returns 1 for each row of kLanguageWords that has the word in the text, in upper or lower case.
  PackedCounts languages(std::string_view text, size_t begin, size_t length) const {
    const uint64_t word = key_of(text, begin, length);
    const Slot& first = slots_[first_slot(word)];
    const Slot& second = slots_[second_slot(word)];
    return first.languages_of(word) | second.languages_of(word);
  }

 private:
  static constexpr size_t kMaxLetters = 8;
  static constexpr size_t kNumSlots = 1024;  // three for each word

  // Returns the bytes of a word, the letters of ASCII in lower case. A word of more than kMaxLetters becomes 0, which
  // is not in the table.
  static uint64_t key_of(std::string_view text, size_t begin, size_t length) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + begin, std::min(kMaxLetters, text.size() - begin));
    word |= (~word & 0x8080808080808080U) >> 2;
    return word & kLetters[std::min(length, kMaxLetters + 1)];
  }
  static constexpr std::array<uint64_t, kMaxLetters + 2> kLetters = [] {
    std::array<uint64_t, kMaxLetters + 2> letters{};
    for (size_t length = 1; length <= kMaxLetters; ++length) letters[length] = ~uint64_t{0} >> (64 - 8 * length);
    return letters;
  }();

  static size_t first_slot(uint64_t word) { return word * 0x9E3779B97F4A7C15U >> 54; }
  static size_t second_slot(uint64_t word) { return word * 0xC2B2AE3D27D4EB4FU >> 54; }

  struct Slot {
    uint64_t word = 0;
    PackedCounts languages = 0;
    // A product, because g++ would branch.
    PackedCounts languages_of(uint64_t wanted) const { return languages * static_cast<PackedCounts>(word == wanted); }
  };

  void add(uint64_t word, PackedCounts languages) {
    for (const size_t slot : {first_slot(word), second_slot(word)}) {
      if (slots_[slot].word != word) continue;
      slots_[slot].languages |= languages;
      return;
    }
    // Moves the word of a taken slot to its other slot. The words are fixed, and this ends for them.
    Slot moved = {word, languages};
    for (size_t slot = first_slot(word); moved.word != 0;
         slot = slot == first_slot(moved.word) ? second_slot(moved.word) : first_slot(moved.word)) {
      std::swap(moved, slots_[slot]);
      if (moved.word == 0) break;
    }
  }

  std::array<Slot, kNumSlots> slots_{};
};

// Letters of ASCII, and every byte of other characters.
struct MayBeInWord {
  ByteLanes operator()(ByteLanes bytes) const {
    return in_byte_range(bytes | static_cast<uint8_t>(0x20), 'a', 'z') | is_beyond_ascii(bytes);
  }
};

struct WordCounts {
  PackedCounts hits = 0;
  size_t num_words = 0;
};

WordCounts count_words(std::string_view text) {
  static const WordTable table;
  WordCounts counts;
  size_t word_begin = 0;
  uint64_t in_word = 0;
  // Goes once behind the last block, for a word at the end of the text.
  for (size_t block = 0; block <= text.size() && counts.num_words < kMaxWords; block += kPassingBytes) {
    const uint64_t letters = byte_bits(text, block, MayBeInWord());
    const uint64_t before = letters << 1 | in_word;
    in_word = letters >> 63;
    uint64_t begins = letters & ~before;
    for (uint64_t ends = before & ~letters; ends != 0 && counts.num_words < kMaxWords; ends &= ends - 1) {
      const size_t end = static_cast<size_t>(std::countr_zero(ends));
      // A word that began in an earlier block ends before the first one begins.
      const uint64_t own = begins & ((uint64_t{1} << end) - 1);
      if (own != 0) word_begin = block + static_cast<size_t>(std::countr_zero(own));
      begins &= ~own;
      counts.hits += table.languages(text, word_begin, block + end - word_begin);
      ++counts.num_words;
    }
    if (begins != 0) word_begin = block + static_cast<size_t>(std::countr_zero(begins));
  }
  return counts;
}

Language latin_language(std::string_view text) {
  const auto [packed, num_words] = count_words(text);
  std::array<int, kLanguageWords.size()> hits;
  for (size_t row = 0; row < hits.size(); ++row) hits[row] = static_cast<int>(packed >> (8 * row) & 0xFF);
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
