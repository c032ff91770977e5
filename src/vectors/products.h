// Products of rows, on one thread. The last bits of a sum depend on the processor's vector instructions, and on nothing
// else.
#pragma once

#include <cstddef>

#include "vectors/matrix_view.h"

namespace hone::vectors {

// Writes the products of the query with each row, and the squared lengths of the rows unless `squares` is null.
void multiply_rows(const MatrixView& rows, const float* query, float* products, float* squares);

// Writes products[query * stride + row]. Each row is read once for several queries.
void multiply_block(const MatrixView& rows, const MatrixView& queries, float* products, size_t stride);

float squared_length(const float* values, uint64_t width);
// Returns the squared distance of two rows.
float squared_distance(const float* a, const float* b, uint64_t width);
// sums[i] += values[i].
void add_to(double* sums, const float* values, uint64_t width);

}  // namespace hone::vectors
