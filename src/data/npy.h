// Reads and writes matrices as numpy's .npy files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace hone::data {

struct Matrix {
  uint64_t num_rows = 0, num_columns = 0;
  std::vector<double> values;  // row by row
};

// Reads a matrix of float32 or float64, versions 1 to 3 of the format. Errors: kIo; kInput for a file that is
// truncated, malformed, of another type or not of two dimensions.
Matrix read_npy(const std::filesystem::path& path);

// Writes float32 [num_rows, num_columns], as numpy.save does.
void write_npy(const std::filesystem::path& path, std::span<const float> values, uint64_t num_columns);

}  // namespace hone::data
