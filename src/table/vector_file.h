// Parquet files with a text and a vector of float32 in each row: a fixed-size list, which pyarrow, datasets and polars
// read as a matrix.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::table {

inline constexpr std::string_view kTextColumn = "text", kVectorColumn = "embedding";

class VectorFile {
 public:
  // Creates the file under a temporary name. Errors: kIo.
  VectorFile(const std::filesystem::path& path, uint64_t width, bool has_texts);
  ~VectorFile();

  // Adds rows: `vectors` [n, width], and n texts or none.
  void write(std::span<const float> vectors, std::span<const std::string_view> texts);
  // Completes the file. Without it the file does not appear.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a parquet file says of its vectors.
struct VectorFileInfo {
  uint64_t num_rows = 0, width = 0;
  std::string vector_column;
  std::string text_column;  // empty: the file has no texts
};

// Rows of a file: `texts` is empty if it has none.
struct VectorRows {
  std::span<const float> vectors;  // [n, width]
  std::vector<std::string_view> texts;
};

// Calls `begin` once, then `take` with the rows of the file, some thousand at a time; what it gets is valid during the
// call. `column`: the name of the column with the vectors; empty: "embedding", else the only column with lists of
// numbers. Vectors are lists of float32 or float64, fixed-size or not. Errors: kIo; kInput for a damaged file, without
// such a column, or with vectors that are null, of different lengths, or hold nulls, with their row.
void read_vector_file(const std::filesystem::path& path, const std::string& column,
                      const std::function<void(const VectorFileInfo&)>& begin,
                      const std::function<void(const VectorRows&)>& take);

}  // namespace hone::table
