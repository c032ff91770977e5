// Writes vectors and their texts, row by row, in constant memory. Files appear when they are complete.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace hone::vectors {

inline constexpr std::array<std::string_view, 3> kVectorFormatNames = {"npy", "parquet", "jsonl"};

class VectorWriter {
 public:
  virtual ~VectorWriter() = default;
  // `vectors` [n, width], and their n texts.
  virtual void write(std::span<const float> vectors, std::span<const std::string_view> texts) = 0;
  // Error (kInternal): there were not as many rows as announced.
  virtual void commit() = 0;
};

struct VectorFileShape {
  uint64_t num_rows = 0, width = 0;
  bool keeps_texts = true;
};

// Returns the format of a file by its extension. Error (kUsage): another extension.
std::string_view vector_format(const std::filesystem::path& path);

// .npy: float32 as numpy.save writes it, and the texts in texts_file(); .parquet: columns "text" and "embedding", a
// fixed-size list; .jsonl: {"text": ..., "embedding": [...]}. Errors: kUsage, kIo.
std::unique_ptr<VectorWriter> create_vector_file(const std::filesystem::path& path, const VectorFileShape& shape);

}  // namespace hone::vectors
