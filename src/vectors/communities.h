// Communities: groups of rows that are all similar to one of them, as sentence_transformers.util.community_detection
// finds them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "vectors/matrix_view.h"

namespace hone::vectors {

struct CommunityOptions {
  float threshold = 0.75F;  // least cosine to the row in the middle
  uint64_t min_size = 10;
  std::function<void(uint64_t rows)> progress = {};  // called with the number of rows that were compared since
};

// Returns the communities, the largest first. The first row of each is the one in the middle; the others follow from
// the most to the least similar. No row is in two. Memory grows with the pairs of rows above the threshold.
std::vector<std::vector<uint64_t>> communities(const MatrixView& rows, const CommunityOptions& options);

}  // namespace hone::vectors
