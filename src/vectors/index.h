// A file of vectors that is searched: a mapped .npy matrix, with its texts in a file beside it, or a parquet file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "vectors/matrix_view.h"

namespace hone::vectors {

// Returns the file beside a .npy file that holds a JSON line {"text": ...} for each of its rows.
std::filesystem::path texts_file(const std::filesystem::path& npy);

class VectorIndex {
 public:
  // Maps a .npy file of float32 in the order of rows; decodes a .parquet file (or a .npy of another kind) into memory.
  // `column`: as in table::read_vector_file. Errors: kUsage for another extension; kIo; kInput for a damaged file, one
  // without rows, or texts that are not those of the vectors.
  static VectorIndex open(const std::filesystem::path& path, const std::string& column = "");
  ~VectorIndex();
  VectorIndex(VectorIndex&&) noexcept;
  VectorIndex& operator=(VectorIndex&&) noexcept;

  const MatrixView& matrix() const;
  bool has_texts() const;
  // Returns the text of a row; empty if there are no texts. Error (kInput): its line is damaged.
  std::string text(uint64_t row) const;

  struct State;

 private:
  explicit VectorIndex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hone::vectors
