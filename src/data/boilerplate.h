// Finds sentences that many rows share, such as signatures, notices and copied navigation.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

struct Boilerplate {
  std::string sentence;
  uint64_t rows = 0;       // rows that have it
  uint64_t first_row = 0;  // the first of them
};

// A sentence ends at a line break or after . ! ? (followed by a space) or their Chinese forms. Counts those of at least
// 15 bytes that are not the whole text. Returns those in at least 0.5 % of the rows and at least 10 rows, most frequent
// first, at most `max_sentences`. Memory: 8 bytes a sentence.
std::vector<Boilerplate> find_boilerplate(uint64_t num_rows,
                                          const std::function<std::string_view(uint64_t, std::string&)>& text,
                                          size_t max_sentences = 10);

}  // namespace hone::data
