// Makes a model folder in Hugging Face's format of a GGUF file: config.json, generation_config.json, the weights as
// numbers of one type, the tokenizer and its chat template.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gguf/file.h"

namespace hone::model {

struct GgufImportOptions {
  at::ScalarType dtype = at::kFloat;          // float32, bfloat16 or float16
  uint64_t max_shard_bytes = 5'000'000'000;   // larger weights are written as several files with an index
  std::function<bool(uint64_t)> keeps_going;  // called with the number of values written; false stops the import
};

struct GgufImport {
  bool is_complete = false;  // false: options.keeps_going stopped it
  std::string architecture;  // of the file, such as "llama"
  std::string class_name;    // in transformers
  std::string tensor_types;  // of the weights in the file: "210 Q4_1, 61 F32"
  uint64_t num_values = 0;
  size_t num_tensors = 0, num_weight_files = 0;
  int64_t vocab_size = 0;  // 0: the file has no tokenizer
  bool has_chat_template = false;
};

// Returns the number of values that an import writes.
uint64_t num_values_of(const gguf::File& file);

// Writes the files into `folder`, which exists. Errors: those of gguf::checkpoint_of(), gguf::config_of() and
// text::stored_tokenizer_spec(); kInput for a vocabulary larger than the table of words, a weight that is not finite,
// or one that is beyond the range of `dtype`; kUnsupported for one part of a split file; kIo.
GgufImport import_gguf(const gguf::File& file, const std::filesystem::path& folder, const GgufImportOptions& options);

}  // namespace hone::model
