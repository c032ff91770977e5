// The clean-up of decoded text: removes spaces before punctuation and English contractions. tokenizers cleans each
// token, transformers (clean_up_tokenization_spaces) the whole text.
#pragma once

#include <memory>
#include <string>

#include "text/decoders.h"

namespace hone::text {

std::string clean_up_token(std::string token);
std::string clean_up_spaces(std::string text);

// Returns a sink that passes on clean_up_spaces() of all that it receives.
std::unique_ptr<TokenSink> make_clean_up_sink(std::unique_ptr<TokenSink> next);

// Returns a sink that passes on all that it receives (checked UTF-8) with spaces for the ends of words, and without the
// white space at its ends, as transformers' CLIPTokenizer does.
std::unique_ptr<TokenSink> make_word_end_sink(std::string_view word_end, std::unique_ptr<TokenSink> next);

}  // namespace hone::text
