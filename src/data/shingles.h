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

// Hashes of the shingles of compared characters, in the order of the text. A shingle is five successive characters, or
// two if the first one is Chinese or Japanese. A shorter text is one shingle. Empty if there are no characters.
std::vector<uint64_t> shingle_hashes(std::u32string_view characters);

// Returns the distinct shingles of a text in ascending order.
std::vector<uint64_t> shingles(std::string_view text);

// Returns |a and b| / |a or b| of two sorted sets; 0 if both are empty.
double jaccard(std::span<const uint64_t> a, std::span<const uint64_t> b);

}  // namespace hone::data
