// Splits texts into the words whose parts a tokenizer's training counts, as the tokenizer's normalizer and
// pre-tokenizer do. Most words of a corpus occur often, so texts are first cut at places where every word ends; each
// distinct piece that is short and ASCII is normalized and split only once, at the end.
#pragma once

#include <string>
#include <string_view>

#include "text/normalizers.h"
#include "text/pre_tokenizers.h"
#include "text/split_pattern.h"

namespace hone::text {

// Where the words of a pre-tokenizer certainly end, whatever the normalizer of a training does.
enum class TextCut {
  kNowhere,
  kAtWhiteSpace,  // it drops white space
  kBeforeSpace,   // a space begins a word
};

class WordSplitter {
 public:
  // The parts as in tokenizer.json. Errors: as make_normalizer and make_pre_tokenizer.
  WordSplitter(const Json& normalizer, const Json& pre_tokenizer, TextCut cut);

  // Calls take_raw(piece) for pieces whose words are to be found later by split_raw, and take_word(word) for other
  // words. `text` is checked UTF-8. The views are valid during the call only.
  template <typename TakeRaw, typename TakeWord>
  void split(std::string_view text, const TakeRaw& take_raw, const TakeWord& take_word) const {
    if (byte_pattern_ != nullptr) return split_bytes(text, take_raw);
    each_piece(text, [&](std::string_view piece) {
      if (cut_ != TextCut::kNowhere && is_short_ascii(piece)) return take_raw(piece);
      split_whole(piece, take_word);
    });
  }

  // Calls take_word for each word of a piece that split() put off.
  template <typename TakeWord>
  void split_raw(std::string_view piece, const TakeWord& take_word) const {
    if (byte_pattern_ == nullptr) return split_whole(piece, take_word);
    take_word(std::string_view(byte_characters(piece)));
  }

 private:
  static constexpr size_t kMaxRaw = 32;

  static bool is_short_ascii(std::string_view piece);
  static std::string byte_characters(std::string_view bytes);

  template <typename Take>
  void split_bytes(std::string_view text, const Take& take) const {
    std::string spaced;
    if (adds_space_ && !text.empty() && text.front() != ' ') text = spaced = " " + std::string(text);
    for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
      const char* next = byte_pattern_(p, end);
      take(std::string_view(p, static_cast<size_t>(next - p)));
      p = next;
    }
  }

  template <typename Use>
  void each_piece(std::string_view text, const Use& use) const {
    if (cut_ == TextCut::kNowhere) return use(text);
    constexpr std::string_view kWhiteSpace = " \t\n\r";
    const std::string_view marks = cut_ == TextCut::kAtWhiteSpace ? kWhiteSpace : kWhiteSpace.substr(0, 1);
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find_first_of(marks, begin + 1), text.size());
      if (cut_ == TextCut::kAtWhiteSpace && marks.find(text[begin]) != std::string_view::npos) ++begin;
      if (begin < end) use(text.substr(begin, end - begin));
      begin = end;
    }
  }

  template <typename TakeWord>
  void split_whole(std::string_view piece, const TakeWord& take_word) const {
    NormalizedText text = to_normalized_text(piece);
    normalizer_(text);
    Words words{{0, text.size()}};
    pre_tokenizer_(text, words);
    for (const WordRange& word : words) {
      if (word.begin < word.end) take_word(to_utf8({text.data() + word.begin, word.end - word.begin}));
    }
  }

  Normalizer normalizer_;
  PreTokenizer pre_tokenizer_;
  TextCut cut_;
  WordEnd byte_pattern_ = nullptr;  // set for byte-level words of texts that are not normalized
  bool adds_space_ = false;
};

}  // namespace hone::text
