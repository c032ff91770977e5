// The input of an encoder: layer norm of the sum of rows of several tables (word, position, token type), then dropout,
// in one sweep forward and one backward. T rows (tokens), C width; every array is dense. Tables, statistics and
// gradients of parameters have the type that S is computed in.
#pragma once

#include <array>
#include <cstdint>

#include "kernel/bfloat16.h"
#include "kernel/dropout.h"

namespace hone::kernel {

constexpr size_t kMaxTables = 4;

template <typename A>
struct TableRows {
  const A* table = nullptr;      // [rows, C]
  const int64_t* ids = nullptr;  // [T]: rows of the table, checked by the caller
};

template <typename A>
using Tables = std::array<TableRows<A>, kMaxTables>;

struct EmbeddingShape {
  int64_t num_rows = 0, width = 0;
  size_t num_tables = 0;  // at most kMaxTables
  double eps = 0;
  DropoutDraw dropout;  // dropout of the norm's output; element (t, c) has index t * C + c
};

template <typename S>
struct EmbeddingForward {
  Tables<Computed<S>> tables;
  const Computed<S>* weight = nullptr;   // [C], of the norm
  const Computed<S>* shift = nullptr;    // [C], or nullptr
  S* y = nullptr;                        // [T, C]
  Computed<S>* mean = nullptr;           // [T]
  Computed<S>* inverse_scale = nullptr;  // [T]
};

template <typename S>
struct EmbeddingBackward {
  Tables<Computed<S>> tables;
  const Computed<S>* weight = nullptr;
  const Computed<S>* mean = nullptr;
  const Computed<S>* inverse_scale = nullptr;
  const S* dy = nullptr;                   // [T, C]
  Computed<S>* sum_gradient = nullptr;     // [T, C]: gradient of the sum, and so of each table's row
  Computed<S>* weight_gradient = nullptr;  // [C], or not wanted
  Computed<S>* shift_gradient = nullptr;   // [C], or not wanted
};

template <typename S>
void embedding_forward(const EmbeddingShape& shape, const EmbeddingForward<S>& arrays);

template <typename S>
void embedding_backward(const EmbeddingShape& shape, const EmbeddingBackward<S>& arrays);

// table [num_table_rows, width] = 0, then table[ids[t]] += rows[t] in order of t, without the rows of skipped_id (-1:
// no such rows). Each thread takes a range of columns, so the result does not depend on the number of threads.
template <typename A>
void scatter_rows(const A* rows, const int64_t* ids, int64_t num_rows, int64_t width, int64_t skipped_id, A* table,
                  int64_t num_table_rows);

}  // namespace hone::kernel
