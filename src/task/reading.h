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
};

// Tokenizes a text or pair: one encoding, or several windows. Errors: those of Tokenizer::encode; kUsage if a window
// has no space for tokens beside the overlap.
std::vector<text::Encoding> read_text(const text::Tokenizer& tokenizer, std::string_view text,
                                      std::optional<std::string_view> text_pair, const Reading& reading);

// The same for many texts on all cores; `pairs` is empty or as long as `texts`.
std::vector<std::vector<text::Encoding>> read_texts(const text::Tokenizer& tokenizer,
                                                    std::span<const std::string_view> texts,
                                                    std::span<const std::string_view> pairs, const Reading& reading);

}  // namespace hone::task
