// The names of language models: "Qwen3-4B-Instruct-2507" names family, size, tuning and date.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hone::compare {

enum class Tuning { kUnstated, kBase, kInstruct, kReasoning };

// The parts of a name; a part that the name lacks is empty.
struct ModelName {
  std::string name;         // all of it
  std::string family;       // "Qwen3"
  std::string size;         // "4B", "8x7B", "mini"
  std::string active_size;  // "22B": of a mixture of experts, the parameters that compute a token
  Tuning tuning = Tuning::kUnstated;
  std::string tuning_word;    // "Instruct"; empty if the family implies the tuning, as in "Qwen3-4B"
  std::string date, version;  // "2025-07", "v0.3"
  std::string quantization;   // "GPTQ-Int4"
  std::string rest;           // "deduped"
};

// Returns the parts of any name, also of one that follows no grammar.
ModelName parse_model_name(std::string_view name);

// Returns the folder's own name; for a snapshot in the Hub's cache that of the model.
std::string model_name_of(const std::filesystem::path& folder);

// Returns "family Qwen3, 4 billion parameters, Instruct: tuned to answer, July 2025".
std::string explanation(const ModelName& name);

// {"name", "family", "size", "active_size", "tuning", "date", "version", "quantization", "rest"}; null for what the
// name lacks.
Json to_json(const ModelName& name);

}  // namespace hone::compare
