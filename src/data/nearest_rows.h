// Finds for some rows the rows of a given group whose texts are most similar.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::data {

struct NearRow {
  size_t row = 0;
  double similarity = 0;  // Jaccard similarity of the shingles (shingles.h), above 0
  friend bool operator==(const NearRow&, const NearRow&) = default;
};

struct NearestQuery {
  size_t row = 0;
  int64_t group = 0;  // rows of this group are searched
};

struct NearestInput {
  std::span<const NearestQuery> queries;
  std::span<const int64_t> groups;  // of each row; a row with a negative group is never found
  // Returns the text of a row; it may lie in `scratch`. Several threads call it.
  std::function<std::string_view(size_t row, std::string& scratch)> text;
  size_t count = 3;  // rows that are returned for a query
};

// Returns for each query the most similar rows, the most similar first, of equal ones the earlier row. A row that
// shares no shingle is not returned. Proposes the 64 rows that share most of the query's 32 rarest shingles, and
// compares these exactly; of a shingle that more than 256 rows of a group have, only the first 256 are proposed.
std::vector<std::vector<NearRow>> nearest_rows(const NearestInput& input);

}  // namespace hone::data
