// One HTML page with a map of vectors, without any request: the rows with a search box, their clusters, and the nearest
// rows of each. In English and Chinese, for both colour schemes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vectors/index.h"
#include "vectors/nearest.h"

namespace hone::vectors {

inline constexpr uint64_t kMaxPageRows = 20000;

struct PageClusters {
  std::vector<int64_t> cluster_of_row;                        // -1: none
  std::vector<std::vector<uint64_t>> rows_nearest_to_middle;  // of each cluster, at most a few
};

struct PageRequest {
  std::string file;                         // the name of the index
  std::vector<uint64_t> rows;               // on the page, ascending: page_rows()
  PageClusters clusters = {};               // of a page of clusters
  std::vector<std::vector<Hit>> hits = {};  // of a page of nearest rows: of each of `rows`, as places in it
};

// Returns the rows that a page shows: all, or kMaxPageRows evenly spaced ones.
std::vector<uint64_t> page_rows(uint64_t num_rows);

std::string to_page(const VectorIndex& index, const PageRequest& request);

// Returns the first bytes of a text, for one line.
std::string in_one_line(const std::string& text, size_t max_bytes);

}  // namespace hone::vectors
