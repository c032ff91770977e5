// Removes stop words, as older recipes for bag-of-words models do. Pretrained models read whole sentences and lose by
// it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

inline constexpr std::array<std::string_view, 2> kStopWordLanguages = {"en", "zh"};

// Returns the text without the stop words of the language, and without the space before each of them. English words are
// compared in any case. Chinese words are found from left to right, longest first; words that only contain a stop word
// stay if they are among some common ones (there is no full segmentation). Negations are no stop words.
std::string without_stop_words(std::string_view text, std::string_view language);

}  // namespace hone::data
