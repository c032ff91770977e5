// Splits words by classes of characters, whose characters are dropped, are each a word, or form words together; or by
// patterns, whose matches have one of the behaviours of split_behavior.h.
#include "text/pre_tokenizers.h"

#include <algorithm>

#include "base/names.h"
#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/json_fields.h"
#include "text/metaspace.h"
#include "text/split_behavior.h"
#include "text/split_pattern.h"
#include "text/text_growth.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

enum class ClassFate { kDrop, kAlone, kTogether };

// Adjacent `kTogether` characters of one class form a word. `classify` returns (class, fate).
struct CharacterClass {
  int id;
  ClassFate fate;
};

void split(const NormalizedText& text, Words& words, CharacterClass (*classify)(char32_t)) {
  Words result;
  for (const WordRange& word : words) {
    int previous = -1;
    for (size_t i = word.begin; i < word.end; ++i) {
      const auto [id, fate] = classify(text[i].code);
      if (fate == ClassFate::kTogether && id == previous) {
        result.back().end = i + 1;
      } else if (fate != ClassFate::kDrop) {
        result.push_back({i, i + 1});
      }
      previous = fate == ClassFate::kTogether ? id : -1;
    }
  }
  words = std::move(result);
}

CharacterClass by_whitespace(char32_t code) {
  return {0, is_whitespace(code) ? ClassFate::kDrop : ClassFate::kTogether};
}

CharacterClass by_punctuation(char32_t code) {
  return {0, is_punctuation(code) ? ClassFate::kAlone : ClassFate::kTogether};
}

CharacterClass as_bert(char32_t code) {
  if (is_whitespace(code)) return {0, ClassFate::kDrop};
  return by_punctuation(code);
}

// The expression \w+|[^\w\s]+ of tokenizers.
CharacterClass by_word(char32_t code) {
  if (is_word_character(code)) return {0, ClassFate::kTogether};
  return {1, is_whitespace(code) ? ClassFate::kDrop : ClassFate::kTogether};
}

template <CharacterClass (*kClassify)(char32_t)>
PreTokenizer make_split(const Json&, const std::string&) {
  return [](const NormalizedText& text, Words& words) { split(text, words, kClassify); };
}

// Applies a behaviour to the parts of each word, which `find_parts` finds.
template <typename FindParts>
void split_by(const NormalizedText& text, Words& words, const SplitBehaviorRow& behavior, const FindParts& find_parts) {
  Words result;
  for (const WordRange& word : words) {
    if (word.begin == word.end) continue;
    for (const SplitPart& part : behavior.apply(find_parts(text, word))) {
      if (part.begin < part.end) result.push_back({part.begin, part.end});
    }
  }
  words = std::move(result);
}

// Makes each character of a class a match.
SplitParts parts_by_class(const NormalizedText& text, const WordRange& word, bool (*is_in_class)(char32_t)) {
  SplitParts parts;
  for (size_t i = word.begin; i < word.end; ++i) {
    const bool is_match = is_in_class(text[i].code);
    if (!is_match && !parts.empty() && !parts.back().is_match) {
      parts.back().end = i + 1;
    } else {
      parts.push_back({i, i + 1, is_match});
    }
  }
  return parts;
}

PreTokenizer split_by_class(bool (*is_in_class)(char32_t), const SplitBehaviorRow& behavior) {
  return [is_in_class, &behavior](const NormalizedText& text, Words& words) {
    split_by(text, words, behavior, [is_in_class](const NormalizedText& all, const WordRange& word) {
      return parts_by_class(all, word, is_in_class);
    });
  };
}

PreTokenizer make_punctuation(const Json& spec, const std::string& source) {
  const std::string behavior = string_field(spec, "behavior", "Isolated", source);
  return split_by_class(is_punctuation, find_split_behavior(behavior, source + ": Punctuation"));
}

PreTokenizer make_digits(const Json& spec, const std::string& source) {
  const bool is_each_alone = bool_field(spec, "individual_digits", false, source);
  return split_by_class(is_numeric, find_split_behavior(is_each_alone ? "Isolated" : "Contiguous", source));
}

// Parts that are empty matches stay, because they divide the text around them.
SplitParts parts_by_pattern(const NormalizedText& text, const WordRange& word, const SplitPattern& pattern) {
  const std::string bytes = to_utf8({&text[word.begin], word.end - word.begin});
  SplitParts parts;
  size_t part_begin = word.begin;
  pattern.split(bytes, [&](const char* begin, const char* end, bool is_match) {
    const size_t length = count_code_points({begin, static_cast<size_t>(end - begin)});
    parts.push_back({part_begin, part_begin + length, is_match});
    part_begin += length;
  });
  return parts;
}

SplitParts parts_by_string(const NormalizedText& text, const WordRange& word, const NormalizedText& pattern) {
  const auto is_same = [](const NormalizedCharacter& a, const NormalizedCharacter& b) { return a.code == b.code; };
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(word.end);
  SplitParts parts;
  for (size_t begin = word.begin; begin < word.end;) {
    const auto found =
        std::search(text.begin() + static_cast<std::ptrdiff_t>(begin), end, pattern.begin(), pattern.end(), is_same);
    const auto match = static_cast<size_t>(found - text.begin());
    if (begin < match) parts.push_back({begin, match, false});
    begin = match;
    if (found == end) break;
    parts.push_back({match, match + pattern.size(), true});
    begin += pattern.size();
  }
  return parts;
}

using FindSplitParts = std::function<SplitParts(const NormalizedText&, const WordRange&)>;

// {"Regex": "..."} or {"String": "..."}
FindSplitParts split_pattern_of(const Json& spec, const std::string& source) {
  const Json pattern = spec.value("pattern", Json());
  const std::string regex = string_field(pattern, "Regex", "", source);
  if (!regex.empty()) {
    return [split = SplitPattern::make(regex, source)](const NormalizedText& text, const WordRange& word) {
      return parts_by_pattern(text, word, split);
    };
  }
  const NormalizedText wanted = to_normalized_text(string_field(pattern, "String", "", source));
  if (wanted.empty()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the pattern of Split must be a \"Regex\" or a \"String\" that is not empty", source));
  }
  return [wanted](const NormalizedText& text, const WordRange& word) { return parts_by_string(text, word, wanted); };
}

PreTokenizer make_split_by_pattern(const Json& spec, const std::string& source) {
  const SplitBehaviorRow& behavior =
      find_split_behavior(string_field(spec, "behavior", "", source), source + ": Split");
  const bool is_inverted = bool_field(spec, "invert", false, source);
  const FindSplitParts find_parts = split_pattern_of(spec, source);
  return [&behavior, is_inverted, find_parts](const NormalizedText& text, Words& words) {
    split_by(text, words, behavior, [&](const NormalizedText& all, const WordRange& word) {
      SplitParts parts = find_parts(all, word);
      for (SplitPart& part : parts) part.is_match = part.is_match != is_inverted;
      return parts;
    });
  };
}

// Puts a space before each word that does not begin with one. It has the origin of the word's first character.
void add_spaces_before(NormalizedText& text, Words& words) {
  NormalizedText result;
  for (WordRange& word : words) {
    const size_t begin = result.size();
    if (word.begin < word.end && text[word.begin].code != ' ') result.push_back({' ', text[word.begin].origin});
    result.insert(result.end(), text.begin() + static_cast<std::ptrdiff_t>(word.begin),
                  text.begin() + static_cast<std::ptrdiff_t>(word.end));
    word = {begin, result.size()};
  }
  text = std::move(result);
}

// Replaces each character by those of its bytes.
void replace_by_bytes(NormalizedText& text, Words& words) {
  NormalizedText result;
  std::string bytes;
  for (WordRange& word : words) {
    const size_t begin = result.size();
    for (size_t i = word.begin; i < word.end; ++i) {
      bytes.clear();
      append_utf8(bytes, text[i].code);
      for (char byte : bytes) result.push_back({character_of_byte(static_cast<unsigned char>(byte)), text[i].origin});
    }
    word = {begin, result.size()};
  }
  text = std::move(result);
}

PreTokenizer make_byte_level(const Json& spec, const std::string& source) {
  const bool adds_space = bool_field(spec, "add_prefix_space", true, source);
  const bool uses_regex = bool_field(spec, "use_regex", true, source);
  const SplitBehaviorRow& isolated = find_split_behavior("Isolated", source);
  return [=, &isolated](NormalizedText& text, Words& words) {
    if (adds_space) add_spaces_before(text, words);
    if (uses_regex) {
      split_by(text, words, isolated, [](const NormalizedText& all, const WordRange& word) {
        return parts_by_pattern(all, word, SplitPattern(gpt2_pattern().part_end));
      });
    }
    replace_by_bytes(text, words);
  };
}

// Appends a word with its spaces replaced, and the words that it is split into.
void add_metaspace_word(const MetaspaceSettings& part, std::span<const NormalizedCharacter> word, NormalizedText& text,
                        Words& words) {
  const auto replaced = [&](char32_t code) { return code == ' ' ? part.replacement : code; };
  const bool may_prepend =
      part.scheme == PrependScheme::kAlways || (part.scheme == PrependScheme::kFirst && word.front().origin.begin == 0);
  words.push_back({text.size(), 0});
  if (may_prepend && replaced(word.front().code) != part.replacement) {
    text.push_back({part.replacement, word.front().origin});
  }
  for (const NormalizedCharacter& c : word) {
    const bool begins_word = part.splits && replaced(c.code) == part.replacement && text.size() > words.back().begin;
    if (begins_word) {
      words.back().end = text.size();
      words.push_back({text.size(), 0});
    }
    text.push_back({replaced(c.code), c.origin});
  }
  words.back().end = text.size();
}

PreTokenizer make_metaspace(const Json& spec, const std::string& source) {
  return [part = metaspace_settings(spec, source)](NormalizedText& text, Words& words) {
    NormalizedText result;
    Words result_words;
    for (const WordRange& word : words) {
      if (word.begin == word.end) continue;
      add_metaspace_word(part, {text.data() + word.begin, word.end - word.begin}, result, result_words);
    }
    text = std::move(result);
    words = std::move(result_words);
  };
}

PreTokenizer make_delimiter(const Json& spec, const std::string& source) {
  const char32_t delimiter = character_field(spec, "delimiter", source);
  return [delimiter](const NormalizedText& text, Words& words) {
    Words result;
    for (const WordRange& word : words) {
      for (size_t begin = word.begin, end = 0; begin < word.end; begin = end + 1) {
        end = begin;
        while (end < word.end && text[end].code != delimiter) ++end;
        if (begin < end) result.push_back({begin, end});
      }
    }
    words = std::move(result);
  };
}

PreTokenizer make_fixed_length(const Json& spec, const std::string& source) {
  const auto length = static_cast<size_t>(integer_field(spec, "length", 5, INT32_MAX, source));
  if (length == 0) throw Error(ErrorKind::kInput, fmt::format("{}: \"length\" must be at least 1", source));
  return [length](const NormalizedText&, Words& words) {
    Words result;
    for (const WordRange& word : words) {
      for (size_t begin = word.begin; begin < word.end; begin += length) {
        result.push_back({begin, std::min(begin + length, word.end)});
      }
    }
    words = std::move(result);
  };
}

// Splits where the script changes; characters without a script belong to the word before them. As in tokenizers, those
// at the start of a word are dropped.
void split_by_script(const NormalizedText& text, Words& words) {
  Words result;
  for (const WordRange& word : words) {
    const size_t num_before = result.size();
    int last = kAnyScript;
    for (size_t i = word.begin; i < word.end; ++i) {
      const int script = joined_script(text[i].code);
      if (script == kAnyScript || script == last) continue;
      last = script;
      if (result.size() > num_before) result.back().end = i;
      result.push_back({i, i});
    }
    if (result.size() > num_before) result.back().end = word.end;
  }
  words = std::move(result);
}

PreTokenizer make_unicode_scripts(const Json&, const std::string&) {
  return [](const NormalizedText& text, Words& words) { split_by_script(text, words); };
}

// Appends the parts of a Sequence, and those of a Sequence in it, so that one limit of growth holds for all of them.
void add_pre_tokenizers(const Json& spec, const std::string& source, std::vector<PreTokenizer>& parts) {
  for_each_part(spec, "pretokenizers", source, [&](const Json& part, const std::string& place) {
    const bool is_sequence = part.is_object() && part.value("type", Json()) == "Sequence";
    if (is_sequence) return add_pre_tokenizers(part, place + ": pre-tokenizer", parts);
    parts.push_back(make_pre_tokenizer(part, place));
  });
}

PreTokenizer make_pre_tokenizer_sequence(const Json& spec, const std::string& source) {
  std::vector<PreTokenizer> parts;
  add_pre_tokenizers(spec, source, parts);
  return [parts, source](NormalizedText& text, Words& words) {
    const size_t before = text.size();
    for (const PreTokenizer& part : parts) {
      part(text, words);
      check_text_growth(before, text.size(), source);
    }
  };
}

constexpr PreTokenizerRow kPreTokenizers[] = {
    {"BertPreTokenizer", "white space dropped, each punctuation character alone", make_split<as_bert>},
    {"ByteLevel", "the words of GPT-2, each byte as a character of its own", make_byte_level},
    {"CharDelimiterSplit", "one character, which is dropped", make_delimiter},
    {"Digits", "runs of digits, or each digit alone", make_digits},
    {"FixedLength", "words of a number of characters", make_fixed_length},
    {"Metaspace", "spaces as a visible character, which begins a word", make_metaspace},
    {"Punctuation", "punctuation characters, by a behaviour", make_punctuation},
    {"Sequence", "several, one after another", make_pre_tokenizer_sequence},
    {"Split", "a string or a regular expression, by a behaviour", make_split_by_pattern},
    {"UnicodeScripts", "where the script changes", make_unicode_scripts},
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
