#include "data/npy.h"

#include <cstring>
#include <string>

#include "base/files.h"
#include "table/npy_header.h"

namespace hone::data {

Matrix read_npy(const std::filesystem::path& path) {
  const MappedFile file(path);
  const table::NpyHeader header = table::read_npy_header(
      file.bytes(), path.string(),
      "write the probabilities with numpy.save as an array [rows, classes] of float32 or float64");
  const uint64_t count = header.num_values();
  Matrix matrix{header.num_rows, header.num_columns, std::vector<double>(count)};
  for (uint64_t i = 0; i < count; ++i) {
    const char* const item = file.bytes().data() + header.size + i * header.item_size;
    float small = 0;
    double value = 0;
    if (header.item_size == 4) {
      std::memcpy(&small, item, 4);
      value = static_cast<double>(small);
    } else {
      std::memcpy(&value, item, 8);
    }
    const uint64_t at = header.is_fortran ? i % header.num_rows * header.num_columns + i / header.num_rows : i;
    matrix.values[at] = value;
  }
  return matrix;
}

void write_npy(const std::filesystem::path& path, std::span<const float> values, uint64_t num_columns) {
  std::string bytes = table::npy_header(num_columns == 0 ? 0 : values.size() / num_columns, num_columns);
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  write_file(path, bytes);
}

}  // namespace hone::data
