#include "vectors/products.h"

#include <cstring>

#include "base/vector_clones.h"

namespace hone::vectors {

namespace {

// A vector of g++ and clang, which becomes several registers where the processor has shorter ones.
constexpr size_t kLanes = 16;
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
using Lanes8 = float __attribute__((vector_size(kLanes / 2 * sizeof(float))));
using Lanes4 = float __attribute__((vector_size(kLanes / 4 * sizeof(float))));

constexpr uint64_t kTileRows = 4, kTileQueries = 4;

// The macros keep the code in the function, of which the compiler makes a form for each instruction set: a function
// would not be compiled for it.
#define HONE_LOAD(into, from) std::memcpy(&(into), (from), sizeof(into))
#define HONE_LOAD_REST(into, from, count) \
  (into) = Lanes{};                       \
  std::memcpy(&(into), (from), (count) * sizeof(float))

// The sum of the lanes, by halves.
#define HONE_SUM(result, lanes)                                                                                \
  do {                                                                                                         \
    const Lanes8 eight = __builtin_shufflevector(lanes, lanes, 0, 1, 2, 3, 4, 5, 6, 7) +                       \
                         __builtin_shufflevector(lanes, lanes, 8, 9, 10, 11, 12, 13, 14, 15);                  \
    const Lanes4 four =                                                                                        \
        __builtin_shufflevector(eight, eight, 0, 1, 2, 3) + __builtin_shufflevector(eight, eight, 4, 5, 6, 7); \
    (result) = (four[0] + four[2]) + (four[1] + four[3]);                                                      \
  } while (false)

HONE_VECTOR_CLONES void multiply_one_query(const float* __restrict rows, uint64_t num_rows, uint64_t width,
                                           const float* __restrict query, float* __restrict products,
                                           float* __restrict squares) {
  const uint64_t whole = width / kLanes * kLanes, rest = width - whole;
  for (uint64_t row = 0; row < num_rows; ++row) {
    const float* const values = rows + row * width;
    Lanes sum0{}, sum1{}, square0{}, square1{}, a, b;
    uint64_t at = 0;
    for (; at + 2 * kLanes <= whole; at += 2 * kLanes) {
      HONE_LOAD(a, values + at);
      HONE_LOAD(b, query + at);
      sum0 += a * b;
      square0 += a * a;
      HONE_LOAD(a, values + at + kLanes);
      HONE_LOAD(b, query + at + kLanes);
      sum1 += a * b;
      square1 += a * a;
    }
    for (; at < whole; at += kLanes) {
      HONE_LOAD(a, values + at);
      HONE_LOAD(b, query + at);
      sum0 += a * b;
      square0 += a * a;
    }
    if (rest > 0) {
      HONE_LOAD_REST(a, values + whole, rest);
      HONE_LOAD_REST(b, query + whole, rest);
      sum1 += a * b;
      square1 += a * a;
    }
    sum0 += sum1;
    square0 += square1;
    HONE_SUM(products[row], sum0);
    if (squares != nullptr) HONE_SUM(squares[row], square0);
  }
}

// A tile of 4 rows and 4 queries. Its 16 sums stay in registers, where the processor has as many.
HONE_VECTOR_CLONES void multiply_tile(const float* __restrict rows, const float* __restrict queries, uint64_t width,
                                      float* __restrict products, size_t stride) {
  Lanes a0{}, a1{}, a2{}, a3{}, b0{}, b1{}, b2{}, b3{}, c0{}, c1{}, c2{}, c3{}, d0{}, d1{}, d2{}, d3{};
  const uint64_t whole = width / kLanes * kLanes, rest = width - whole;
  Lanes r0, r1, r2, r3, q;
#define HONE_TILE_QUERY(load, query, s0, s1, s2, s3, ...)             \
  load(q, queries + (query) * width + at __VA_OPT__(, ) __VA_ARGS__); \
  s0 += q * r0;                                                       \
  s1 += q * r1;                                                       \
  s2 += q * r2;                                                       \
  s3 += q * r3;
#define HONE_TILE_STEP(load, ...)                                     \
  load(r0, rows + at __VA_OPT__(, ) __VA_ARGS__);                     \
  load(r1, rows + width + at __VA_OPT__(, ) __VA_ARGS__);             \
  load(r2, rows + 2 * width + at __VA_OPT__(, ) __VA_ARGS__);         \
  load(r3, rows + 3 * width + at __VA_OPT__(, ) __VA_ARGS__);         \
  HONE_TILE_QUERY(load, 0, a0, a1, a2, a3 __VA_OPT__(, ) __VA_ARGS__) \
  HONE_TILE_QUERY(load, 1, b0, b1, b2, b3 __VA_OPT__(, ) __VA_ARGS__) \
  HONE_TILE_QUERY(load, 2, c0, c1, c2, c3 __VA_OPT__(, ) __VA_ARGS__) \
  HONE_TILE_QUERY(load, 3, d0, d1, d2, d3 __VA_OPT__(, ) __VA_ARGS__)
#define HONE_TILE_SUMS(query, s0, s1, s2, s3)   \
  HONE_SUM(products[(query) * stride], s0);     \
  HONE_SUM(products[(query) * stride + 1], s1); \
  HONE_SUM(products[(query) * stride + 2], s2); \
  HONE_SUM(products[(query) * stride + 3], s3);
  uint64_t at = 0;
  for (; at < whole; at += kLanes) {
    HONE_TILE_STEP(HONE_LOAD)
  }
  if (rest > 0) {
    HONE_TILE_STEP(HONE_LOAD_REST, rest)
  }
  HONE_TILE_SUMS(0, a0, a1, a2, a3)
  HONE_TILE_SUMS(1, b0, b1, b2, b3)
  HONE_TILE_SUMS(2, c0, c1, c2, c3)
  HONE_TILE_SUMS(3, d0, d1, d2, d3)
#undef HONE_TILE_QUERY
#undef HONE_TILE_STEP
#undef HONE_TILE_SUMS
}

HONE_VECTOR_CLONES float distance_of(const float* __restrict a, const float* __restrict b, uint64_t width) {
  Lanes sum{}, x, y;
  const uint64_t whole = width / kLanes * kLanes, rest = width - whole;
  for (uint64_t at = 0; at < whole; at += kLanes) {
    HONE_LOAD(x, a + at);
    HONE_LOAD(y, b + at);
    sum += (x - y) * (x - y);
  }
  if (rest > 0) {
    HONE_LOAD_REST(x, a + whole, rest);
    HONE_LOAD_REST(y, b + whole, rest);
    sum += (x - y) * (x - y);
  }
  float result = 0;
  HONE_SUM(result, sum);
  return result;
}

HONE_VECTOR_CLONES void add_values(double* __restrict sums, const float* __restrict values, uint64_t width) {
  for (uint64_t i = 0; i < width; ++i) sums[i] += static_cast<double>(values[i]);
}

#undef HONE_LOAD
#undef HONE_LOAD_REST
#undef HONE_SUM

}  // namespace

void multiply_rows(const MatrixView& rows, const float* query, float* products, float* squares) {
  multiply_one_query(rows.data, rows.num_rows, rows.width, query, products, squares);
}

void multiply_block(const MatrixView& rows, const MatrixView& queries, float* products, size_t stride) {
  const uint64_t width = rows.width, whole_queries = queries.num_rows / kTileQueries * kTileQueries;
  const uint64_t whole_rows = rows.num_rows / kTileRows * kTileRows;
  for (uint64_t query = 0; query < whole_queries; query += kTileQueries) {
    for (uint64_t row = 0; row < whole_rows; row += kTileRows) {
      multiply_tile(rows.row(row), queries.row(query), width, products + query * stride + row, stride);
    }
    if (whole_rows == rows.num_rows) continue;
    for (uint64_t i = query; i < query + kTileQueries; ++i) {
      multiply_rows(rows.part(whole_rows, rows.num_rows - whole_rows), queries.row(i),
                    products + i * stride + whole_rows, nullptr);
    }
  }
  for (uint64_t query = whole_queries; query < queries.num_rows; ++query) {
    multiply_rows(rows, queries.row(query), products + query * stride, nullptr);
  }
}

float squared_length(const float* values, uint64_t width) {
  float product = 0;
  multiply_one_query(values, 1, width, values, &product, nullptr);
  return product;
}

float squared_distance(const float* a, const float* b, uint64_t width) { return distance_of(a, b, width); }

void add_to(double* sums, const float* values, uint64_t width) { add_values(sums, values, width); }

}  // namespace hone::vectors
