// How a model reads texts that are longer than it takes: a part of them, or all of them in windows. Needs no torch.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "task/options.h"
#include "text/tokenizer.h"

namespace hone::task {

// "head" and "tail" keep the first or the last tokens; "head-tail" the first quarter and the last three quarters (Sun
// et al. 2019, "How to Fine-Tune BERT for Text Classification?"); "windows" reads the text in parts that overlap.
struct Reading {
  text::EncodeOptions encode;
  LongText long_text = {};
  bool reads_pairs = true;
};

// Throws kUsage if windows are asked for that have no space for tokens beside the special tokens and the overlap, or if
// an option of windows is given without them.
void check_windows(const text::Tokenizer& tokenizer, const Reading& reading);

// Returns true if the tokenizer added the token around a text. A special token that the text itself contains has an
// offset. `encoding` has offsets.
bool is_added(const text::Tokenizer& tokenizer, const text::Encoding& encoding, size_t token);

// Tokenizes a text or pair: one encoding, or several windows. Errors: those of Tokenizer::encode and check_windows;
// kInput for a pair that the model does not read.
std::vector<text::Encoding> read_text(const text::Tokenizer& tokenizer, std::string_view text,
                                      std::optional<std::string_view> text_pair, const Reading& reading);

// The same for many texts on all cores; `pairs` is empty or as long as `texts`.
std::vector<std::vector<text::Encoding>> read_texts(const text::Tokenizer& tokenizer,
                                                    std::span<const std::string_view> texts,
                                                    std::span<const std::string_view> pairs, const Reading& reading);

}  // namespace hone::task
