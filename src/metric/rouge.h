// ROUGE-1, -2, -L and -Lsum of a text with one reference: the numbers of the rouge-score package. Lin, "ROUGE", ACL
// 2004.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hone::metric {

// F1 scores between 0 and 1. `l_sum` reads the lines of a text as its sentences.
struct RougeScores {
  double one = 0, two = 0, l = 0, l_sum = 0;
};

// `stems`: compares the stems of English words.
RougeScores rouge_scores(std::string_view text, std::string_view reference, bool stems);

// The words that ROUGE compares: runs of a-z and 0-9 of the lower-case text.
std::vector<std::string> rouge_words(std::string_view text, bool stems);

}  // namespace hone::metric
