// The permutation of numpy.random.default_rng(seed), which shuffle(seed) of HF datasets uses.
#pragma once

#include <cstdint>
#include <vector>

namespace hone::table {

// Returns numpy.random.default_rng(seed).permutation(size): entry i is the old index of the new row i.
std::vector<uint64_t> permutation(uint64_t seed, uint64_t size);

}  // namespace hone::table
