// The header of numpy's .npy files that hold a matrix (numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hone::table {

struct NpyHeader {
  size_t item_size = 0;  // 4: float32, 8: float64
  bool is_fortran = false;
  uint64_t num_rows = 0, num_columns = 0;
  size_t size = 0;  // bytes before the matrix

  uint64_t num_values() const { return num_rows * num_columns; }
};

// Reads the header of a whole file, versions 1 to 3 of the format. `source` and `hint` are for errors (kInput): a file
// that is truncated, malformed, of another type than float32 or float64, or not of two dimensions.
NpyHeader read_npy_header(std::string_view bytes, const std::string& source, const std::string& hint);

// Returns the header that numpy.save writes for a float32 matrix in the order of rows.
std::string npy_header(uint64_t num_rows, uint64_t num_columns);

}  // namespace hone::table
