// The stemmer of English words that ROUGE uses: Porter, "An algorithm for suffix stripping", Program 14.3 (1980), with
// the extensions of NLTK.
#pragma once

#include <string>
#include <string_view>

namespace hone::metric {

// `word`: lower-case letters and digits.
std::string porter_stem(std::string_view word);

}  // namespace hone::metric
