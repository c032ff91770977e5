#include "metric/porter_stemmer.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

namespace hone::metric {

namespace {

using Word = std::string;

// Returns whether each letter is a consonant: a "y" is one unless it follows a consonant.
std::vector<bool> consonants_of(std::string_view word) {
  std::vector<bool> flags;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool is_vowel = std::string_view("aeiou").find(word[i]) != std::string_view::npos;
    flags.push_back(word[i] == 'y' ? i == 0 || !flags[i - 1] : !is_vowel);
  }
  return flags;
}

// The paper's m: how many times consonants follow vowels.
int measure(std::string_view stem) {
  const std::vector<bool> flags = consonants_of(stem);
  int count = 0;
  for (size_t i = 1; i < flags.size(); ++i) count += !flags[i - 1] && flags[i];
  return count;
}

bool has_vowel(std::string_view stem) {
  const std::vector<bool> flags = consonants_of(stem);
  return std::ranges::find(flags, false) != flags.end();
}

bool ends_in_double_consonant(std::string_view word) {
  return word.size() >= 2 && word.back() == word[word.size() - 2] && consonants_of(word).back();
}

// The paper's *o, and two letters: a vowel and a consonant.
bool ends_short(std::string_view word) {
  const std::vector<bool> flags = consonants_of(word);
  const size_t size = word.size();
  if (size == 2) return !flags[0] && flags[1];
  return size >= 3 && flags[size - 3] && !flags[size - 2] && flags[size - 1] &&
         std::string_view("wxy").find(word.back()) == std::string_view::npos;
}

bool is_long(std::string_view stem) { return measure(stem) > 0; }
bool is_longer(std::string_view stem) { return measure(stem) > 1; }
bool is_any(std::string_view) { return true; }

struct Rule {
  std::string_view suffix, replacement;
  bool (*applies)(std::string_view stem);
};

// The first rule whose suffix the word has decides.
Word applied(const Word& word, std::span<const Rule> rules) {
  for (const auto& [suffix, replacement, applies] : rules) {
    if (!word.ends_with(suffix)) continue;
    const std::string_view stem = std::string_view(word).substr(0, word.size() - suffix.size());
    return applies(stem) ? Word(stem) + Word(replacement) : word;
  }
  return word;
}

Word without(const Word& word, size_t count) { return word.substr(0, word.size() - count); }

Word plural_removed(const Word& word) {
  constexpr std::array kRules{Rule{"sses", "ss", is_any}, Rule{"ies", "i", is_any}, Rule{"ss", "ss", is_any},
                              Rule{"s", "", is_any}};
  if (word.ends_with("ies") && word.size() == 4) return without(word, 1);
  return applied(word, kRules);
}

// What stands behind "ed" and "ing" were removed.
Word completed(const Word& stem) {
  for (const std::string_view ending : {"at", "bl", "iz"}) {
    if (stem.ends_with(ending)) return stem + "e";
  }
  if (ends_in_double_consonant(stem)) {
    return std::string_view("lsz").find(stem.back()) == std::string_view::npos ? without(stem, 1) : stem;
  }
  return measure(stem) == 1 && ends_short(stem) ? stem + "e" : stem;
}

Word past_removed(const Word& word) {
  if (word.ends_with("ied")) return without(word, word.size() == 4 ? 1 : 2);
  if (word.ends_with("eed")) return is_long(without(word, 3)) ? without(word, 1) : word;
  for (const std::string_view suffix : {"ed", "ing"}) {
    if (!word.ends_with(suffix)) continue;
    const Word stem = without(word, suffix.size());
    if (has_vowel(stem)) return completed(stem);
  }
  return word;
}

Word y_replaced(const Word& word) {
  constexpr std::array kRules{
      Rule{"y", "i", [](std::string_view stem) { return stem.size() > 1 && consonants_of(stem).back(); }}};
  return applied(word, kRules);
}

Word double_suffix_reduced(const Word& word) {
  constexpr std::array kRules{
      Rule{"ational", "ate", is_long}, Rule{"tional", "tion", is_long}, Rule{"enci", "ence", is_long},
      Rule{"anci", "ance", is_long},   Rule{"izer", "ize", is_long},    Rule{"bli", "ble", is_long},
      Rule{"alli", "al", is_long},     Rule{"entli", "ent", is_long},   Rule{"eli", "e", is_long},
      Rule{"ousli", "ous", is_long},   Rule{"ization", "ize", is_long}, Rule{"ation", "ate", is_long},
      Rule{"ator", "ate", is_long},    Rule{"alism", "al", is_long},    Rule{"iveness", "ive", is_long},
      Rule{"fulness", "ful", is_long}, Rule{"ousness", "ous", is_long}, Rule{"aliti", "al", is_long},
      Rule{"iviti", "ive", is_long},   Rule{"biliti", "ble", is_long},  Rule{"fulli", "ful", is_long}};
  if (word.ends_with("alli") && is_long(without(word, 4))) return double_suffix_reduced(without(word, 2));
  if (word.ends_with("logi")) return is_long(without(word, 3)) ? without(word, 1) : word;
  return applied(word, kRules);
}

Word suffix_reduced(const Word& word) {
  constexpr std::array kRules{Rule{"icate", "ic", is_long}, Rule{"ative", "", is_long},  Rule{"alize", "al", is_long},
                              Rule{"iciti", "ic", is_long}, Rule{"ical", "ic", is_long}, Rule{"ful", "", is_long},
                              Rule{"ness", "", is_long}};
  return applied(word, kRules);
}

Word suffix_removed(const Word& word) {
  constexpr auto kOfIon = [](std::string_view stem) {
    return is_longer(stem) && (stem.ends_with('s') || stem.ends_with('t'));
  };
  constexpr std::array kRules{Rule{"al", "", is_longer},   Rule{"ance", "", is_longer}, Rule{"ence", "", is_longer},
                              Rule{"er", "", is_longer},   Rule{"ic", "", is_longer},   Rule{"able", "", is_longer},
                              Rule{"ible", "", is_longer}, Rule{"ant", "", is_longer},  Rule{"ement", "", is_longer},
                              Rule{"ment", "", is_longer}, Rule{"ent", "", is_longer},  Rule{"ion", "", kOfIon},
                              Rule{"ou", "", is_longer},   Rule{"ism", "", is_longer},  Rule{"ate", "", is_longer},
                              Rule{"iti", "", is_longer},  Rule{"ous", "", is_longer},  Rule{"ive", "", is_longer},
                              Rule{"ize", "", is_longer}};
  return applied(word, kRules);
}

Word e_removed(const Word& word) {
  if (!word.ends_with('e')) return word;
  const Word stem = without(word, 1);
  const int of_stem = measure(stem);
  return of_stem > 1 || (of_stem == 1 && !ends_short(stem)) ? stem : word;
}

Word l_removed(const Word& word) {
  return word.ends_with("ll") && is_longer(without(word, 1)) ? without(word, 1) : word;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kIrregular{{{"sky", "sky"},
                                                                                    {"skies", "sky"},
                                                                                    {"dying", "die"},
                                                                                    {"lying", "lie"},
                                                                                    {"tying", "tie"},
                                                                                    {"news", "news"},
                                                                                    {"innings", "inning"},
                                                                                    {"inning", "inning"},
                                                                                    {"outings", "outing"},
                                                                                    {"outing", "outing"},
                                                                                    {"cannings", "canning"},
                                                                                    {"canning", "canning"},
                                                                                    {"howe", "howe"},
                                                                                    {"proceed", "proceed"},
                                                                                    {"exceed", "exceed"}}};

}  // namespace

std::string porter_stem(std::string_view given) {
  const auto* const irregular =
      std::ranges::find(kIrregular, given, &std::pair<std::string_view, std::string_view>::first);
  if (irregular != kIrregular.end()) return Word(irregular->second);
  if (given == "succeed" || given.size() <= 2) return Word(given);
  Word word(given);
  for (const auto step : {plural_removed, past_removed, y_replaced, double_suffix_reduced, suffix_reduced,
                          suffix_removed, e_removed, l_removed}) {
    word = step(word);
  }
  return word;
}

}  // namespace hone::metric
