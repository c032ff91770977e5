#include "vectors/products.h"

#include <doctest/doctest.h>

#include <vector>

namespace products_test {

using namespace hone::vectors;

TEST_CASE("products of small whole numbers are exact, for every width and number of rows") {
  for (uint64_t width = 1; width < 70; ++width) {
    const uint64_t num_rows = width % 7 + 1, num_queries = width % 5 + 1;
    std::vector<float> rows(num_rows * width), queries(num_queries * width);
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i % 5) - 2;
    for (size_t i = 0; i < queries.size(); ++i) queries[i] = static_cast<float>(i % 3) - 1;
    std::vector<float> products(num_queries * num_rows), one(num_rows), squares(num_rows);
    multiply_block({rows.data(), num_rows, width}, {queries.data(), num_queries, width}, products.data(), num_rows);
    multiply_rows({rows.data(), num_rows, width}, queries.data(), one.data(), squares.data());
    for (uint64_t row = 0; row < num_rows; ++row) {
      float square = 0, distance = 0;
      for (uint64_t query = 0; query < num_queries; ++query) {
        float expected = 0;
        for (uint64_t i = 0; i < width; ++i) expected += rows[row * width + i] * queries[query * width + i];
        CHECK(products[query * num_rows + row] == expected);
        if (query == 0) CHECK(one[row] == expected);
      }
      for (uint64_t i = 0; i < width; ++i) {
        square += rows[row * width + i] * rows[row * width + i];
        distance += (rows[row * width + i] - queries[i]) * (rows[row * width + i] - queries[i]);
      }
      CHECK(squares[row] == square);
      CHECK(squared_length(rows.data() + row * width, width) == square);
      CHECK(squared_distance(rows.data() + row * width, queries.data(), width) == distance);
    }
  }
}

}  // namespace products_test
