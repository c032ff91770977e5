// Splits words by classes of characters. The characters of a class are dropped, are each a word, or form words
// together.
#include "text/pre_tokenizers.h"

#include "base/names.h"
#include "text/json_fields.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

enum class Fate { kDrop, kAlone, kTogether };

// Adjacent `kTogether` characters of one class form a word. `classify` returns (class, fate).
struct CharacterClass {
  int id;
  Fate fate;
};

void split(const NormalizedText& text, Words& words, CharacterClass (*classify)(char32_t)) {
  Words result;
  for (const WordRange& word : words) {
    int previous = -1;
    for (size_t i = word.begin; i < word.end; ++i) {
      const auto [id, fate] = classify(text[i].code);
      if (fate == Fate::kTogether && id == previous) {
        result.back().end = i + 1;
      } else if (fate != Fate::kDrop) {
        result.push_back({i, i + 1});
      }
      previous = fate == Fate::kTogether ? id : -1;
    }
  }
  words = std::move(result);
}

CharacterClass by_whitespace(char32_t code) { return {0, is_whitespace(code) ? Fate::kDrop : Fate::kTogether}; }

CharacterClass by_punctuation(char32_t code) { return {0, is_punctuation(code) ? Fate::kAlone : Fate::kTogether}; }

CharacterClass without_punctuation(char32_t code) { return {0, is_punctuation(code) ? Fate::kDrop : Fate::kTogether}; }

CharacterClass punctuation_runs(char32_t code) { return {is_punctuation(code) ? 1 : 0, Fate::kTogether}; }

CharacterClass as_bert(char32_t code) {
  if (is_whitespace(code)) return {0, Fate::kDrop};
  return by_punctuation(code);
}

// The expression \w+|[^\w\s]+ of tokenizers.
CharacterClass by_word(char32_t code) {
  if (is_word_character(code)) return {0, Fate::kTogether};
  return {1, is_whitespace(code) ? Fate::kDrop : Fate::kTogether};
}

template <CharacterClass (*kClassify)(char32_t)>
PreTokenizer make_split(const Json&, const std::string&) {
  return [](const NormalizedText& text, Words& words) { split(text, words, kClassify); };
}

struct BehaviorRow {
  std::string_view name;
  CharacterClass (*classify)(char32_t);
};

constexpr BehaviorRow kBehaviors[] = {
    {"Isolated", by_punctuation}, {"Removed", without_punctuation}, {"Contiguous", punctuation_runs}};

PreTokenizer make_punctuation(const Json& spec, const std::string& source) {
  const std::string behavior = string_field(spec, "behavior", "Isolated", source);
  const auto classify =
      find_row(kBehaviors, "behavior of Punctuation (in " + source + ")", behavior, ErrorKind::kUnsupported).classify;
  return [classify](const NormalizedText& text, Words& words) { split(text, words, classify); };
}

PreTokenizer make_sequence(const Json& spec, const std::string& source) {
  std::vector<PreTokenizer> parts;
  for (const Json& part : array_field(spec, "pretokenizers", source)) parts.push_back(make_pre_tokenizer(part, source));
  return [parts](const NormalizedText& text, Words& words) {
    for (const PreTokenizer& part : parts) part(text, words);
  };
}

constexpr PreTokenizerRow kPreTokenizers[] = {
    {"BertPreTokenizer", "white space dropped, each punctuation character alone", make_split<as_bert>},
    {"Punctuation", "each punctuation character alone", make_punctuation},
    {"Sequence", "several, one after another", make_sequence},
    {"Whitespace", "runs of word characters and runs of others, white space dropped", make_split<by_word>},
    {"WhitespaceSplit", "white space dropped", make_split<by_whitespace>},
};

}  // namespace

std::span<const PreTokenizerRow> pre_tokenizers() { return kPreTokenizers; }

PreTokenizer make_pre_tokenizer(const Json& spec, const std::string& source) {
  if (spec.is_null()) return [](const NormalizedText&, Words&) {};
  const std::string type = part_type(spec, source, "pre-tokenizer");
  return find_row(kPreTokenizers, fmt::format("pre-tokenizer (in {})", source), type, ErrorKind::kUnsupported)
      .make(spec, source + ": pre-tokenizer");
}

}  // namespace hone::text
