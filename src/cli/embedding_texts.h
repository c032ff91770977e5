// Loads a model that makes vectors, and reads the texts of a file for it, window by window, in constant memory.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/embedding_model_options.h"
#include "cli/input_file.h"
#include "task/embedder.h"
#include "tensor/compute_options.h"

namespace hone::cli {

// Loads the model onto the device. Errors: those of task::Embedder::load; kUsage if no model is given.
task::Embedder load_embedder(const EmbeddingModelOptions& options, const tensor::ComputeOptions& compute);

// The rows of a file and the column with their texts.
class EmbeddedFile {
 public:
  // Counts the rows. Errors: those of table::RowReader; kInput for a column that is missing.
  EmbeddedFile(const InputFile& file, std::string text_column);

  uint64_t num_rows() const { return num_rows_; }
  // Calls `take` with the vectors [n, W] and texts of the next rows, in the order of the file, under a progress bar.
  // Texts are tokenized on another thread. Logs how many rows had no text and how many were truncated, and warns of
  // unknown tokens. Error (kInput): the file has changed since its rows were counted.
  using Take = std::function<void(std::span<const float> vectors, std::span<const std::string_view> texts)>;
  void for_each_window(const task::Embedder& embedder, const Take& take) const;

 private:
  const InputFile& file_;
  std::string text_column_;
  uint64_t num_rows_ = 0;
};

}  // namespace hone::cli
