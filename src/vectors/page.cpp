#include "vectors/page.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "base/filled_page.h"
#include "base/json.h"
#include "base/utf8.h"
#include "vectors/map.h"

namespace hone::vectors {

namespace {

constexpr std::string_view kMapPage =
#include "vectors/page.inc"
    ;
constexpr size_t kShownBytes = 600;

// Coordinates from -1 to 1 with four digits: a pixel of a large screen.
double coordinate(float value, float largest) {
  return largest > 0 ? std::round(static_cast<double>(value / largest) * 1e4) / 1e4 : 0;
}

// The vectors of the rows one after another; those of the index if the page shows all.
MatrixView shown_rows(const MatrixView& all, const std::vector<uint64_t>& rows, std::vector<float>& copies) {
  if (rows.size() == all.num_rows) return all;
  for (const uint64_t row : rows) copies.insert(copies.end(), all.row(row), all.row(row) + all.width);
  return {copies.data(), rows.size(), all.width};
}

Json points_json(const FlatMap& map) {
  float largest = 0;
  for (const auto& [x, y] : map.points) largest = std::max({largest, std::abs(x), std::abs(y)});
  Json points = Json::array();
  for (const auto& [x, y] : map.points) points.push_back({coordinate(x, largest), coordinate(y, largest)});
  return points;
}

Json hits_json(const std::vector<std::vector<Hit>>& hits) {
  Json lists = Json::array();
  for (const std::vector<Hit>& of_row : hits) {
    Json list = Json::array();
    for (const Hit& hit : of_row) list.push_back({hit.row, std::round(static_cast<double>(hit.score) * 1e4) / 1e4});
    lists.push_back(std::move(list));
  }
  return lists;
}

Json clusters_json(const PageRequest& request) {
  const PageClusters& clusters = request.clusters;
  std::vector<uint64_t> sizes(clusters.rows_nearest_to_middle.size());
  for (const int64_t cluster : clusters.cluster_of_row) {
    if (cluster >= 0) ++sizes[static_cast<size_t>(cluster)];
  }
  Json list = Json::array();
  for (size_t i = 0; i < sizes.size(); ++i) {
    list.push_back({{"size", sizes[i]}, {"examples", clusters.rows_nearest_to_middle[i]}});
  }
  return list;
}

}  // namespace

std::vector<uint64_t> page_rows(uint64_t num_rows) {
  const uint64_t count = std::min(num_rows, kMaxPageRows);
  std::vector<uint64_t> rows(count);
  for (uint64_t i = 0; i < count; ++i) rows[i] = num_rows == count ? i : i * num_rows / count;
  return rows;
}

std::string to_page(const VectorIndex& index, const PageRequest& request) {
  std::vector<float> copies;
  const FlatMap map = flat_map(shown_rows(index.matrix(), request.rows, copies));
  Json texts = Json::array();
  for (const uint64_t row : request.rows) texts.push_back(shortened(index.text(row), kShownBytes));
  Json data = {{"file", request.file},          {"num_rows", index.matrix().num_rows},
               {"width", index.matrix().width}, {"variance", {map.variance_shares[0], map.variance_shares[1]}},
               {"rows", request.rows},          {"points", points_json(map)},
               {"texts", std::move(texts)}};
  if (!request.clusters.cluster_of_row.empty()) {
    Json of_rows = Json::array();
    for (const uint64_t row : request.rows) of_rows.push_back(request.clusters.cluster_of_row[row]);
    data["cluster"] = std::move(of_rows);
    data["clusters"] = clusters_json(request);
  }
  if (!request.hits.empty()) data["hits"] = hits_json(request.hits);
  return filled_page(kMapPage, data);
}

std::string in_one_line(const std::string& text, size_t max_bytes) {
  std::string line = shortened(text, max_bytes);
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return line;
}

}  // namespace hone::vectors
