// How a model reads texts with more tokens than its input may have: a part of them, or all of them in windows. Needs no
// torch.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "task/options.h"
#include "text/tokenizer.h"

namespace hone::task {

// "head" and "tail" keep the first or the last tokens. "head-tail" keeps both: a quarter of the input is the start of
// the text, three quarters are its end (Sun et al. 2019, "How to Fine-Tune BERT for Text Classification?"). "windows"
// reads the text in parts that overlap.
struct Reading {
  text::EncodeOptions encode;
  LongText long_text = {};
  bool reads_pairs = true;
};

// Throws kUsage if an option of windows is given without them.
void check_long_text(const LongText& long_text);

// Throws kUsage if the special tokens and the overlap leave no space in a window for other tokens.
// Also checks as check_long_text does.
void check_windows(const text::Tokenizer& tokenizer, const Reading& reading);

// Returns true if the tokenizer added the token around a text. A special token that the text itself contains has an
// offset. `encoding` must have offsets.
bool is_added(const text::Tokenizer& tokenizer, const text::Encoding& encoding, size_t token);

// Tokenizes a text or pair: one encoding, or several windows. Errors: those of Tokenizer::encode and check_windows;
// kInput for a pair that the model does not read.
std::vector<text::Encoding> read_text(const text::Tokenizer& tokenizer, std::string_view text,
                                      std::optional<std::string_view> text_pair, const Reading& reading);

// The same for many texts on all cores; `pairs` is empty or as long as `texts`.
std::vector<std::vector<text::Encoding>> read_texts(const text::Tokenizer& tokenizer,
                                                    std::span<const std::string_view> texts,
                                                    std::span<const std::string_view> pairs, const Reading& reading);

// The same for texts that are given as words, as Tokenizer::encode_words reads them.
std::vector<std::vector<text::Encoding>> read_words(const text::Tokenizer& tokenizer,
                                                    std::span<const std::vector<std::string>> texts,
                                                    const Reading& reading);

}  // namespace hone::task
