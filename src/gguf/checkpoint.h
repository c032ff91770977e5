// The tensors of HF's checkpoint that a GGUF file holds, under their names there and with their rows in order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gguf/architecture.h"

namespace hone::gguf {

struct CheckpointTensor {
  std::string name;
  std::vector<int64_t> shape;
  const Tensor* source = nullptr;
  Change change = Change::kNone;
  int64_t num_heads = 1;  // of kQueryRows and kKeyRows
  int64_t first_row = 0;  // of an expert, in the source's rows

  int64_t num_values() const;
};

// Returns the tensors in the order of the architecture's table, layer by layer. Errors: kInput for a missing tensor, or
// one of another shape than the metadata says; kUnsupported for a tensor that the architecture does not have, or of a
// type that hone does not read.
std::vector<CheckpointTensor> checkpoint_of(const File& file, const Architecture& architecture, const Sizes& sizes);

// Reads the values of a tensor in pieces, row-major. The file lives longer.
class CheckpointReader {
 public:
  explicit CheckpointReader(const CheckpointTensor& tensor);

  // Fills as much of `values` as the tensor still has. Returns the number of values, 0 at the end.
  size_t read(std::span<float> values);
  // The shortest span for read(): a row.
  int64_t row_size() const { return row_size_; }

 private:
  int64_t source_row(int64_t row) const;

  const CheckpointTensor& tensor_;
  int64_t row_size_, num_rows_, next_row_ = 0;
  std::vector<float> transposed_;  // the whole source of kTransposed
};

}  // namespace hone::gguf
