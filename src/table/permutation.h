// The permutation that numpy.random.default_rng(seed) gives, which is what datasets' shuffle(seed) uses.
#pragma once

#include <cstdint>
#include <vector>

namespace hone::table {

// numpy.random.default_rng(seed).permutation(size): entry i is the old row that comes to place i.
std::vector<uint64_t> permutation(uint64_t seed, uint64_t size);

}  // namespace hone::table
