// The parts of a text that near duplicates share, and how alike two texts are.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

// Returns what is compared of a text: its letters and digits in lower case and half-width form. A run of all other
// characters becomes one space; beside a Chinese or Japanese character it becomes nothing.
std::u32string compared_characters(std::string_view text);

// Hashes of the distinct shingles of a text, in ascending order. A shingle is five successive compared characters, or
// two if the first one is Chinese or Japanese. A shorter text is one shingle. Empty if the text has no letter or digit.
std::vector<uint64_t> shingles(std::string_view text);

// Returns |a and b| / |a or b| of two sorted sets; 0 if both are empty.
double jaccard(std::span<const uint64_t> a, std::span<const uint64_t> b);

}  // namespace hone::data
