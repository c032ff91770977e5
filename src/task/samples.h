// Example texts in a model folder: rows of its own evaluation set, a few for each label. Training writes them, and the
// page of hone serve offers them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "table/columns.h"
#include "table/rows.h"

namespace hone::task {

inline constexpr const char* kSamplesFile = "examples.json";  // in the model's folder

struct Sample {
  std::string text;
  std::optional<std::string> text_pair;
  std::string label;  // the true one
};

// Chooses at most kMaxSamples short rows: the first of each label, then the second of each, and so on. `labels` holds
// the label ids of the rows, `names` the labels by id.
inline constexpr size_t kMaxSamples = 6;
std::vector<Sample> choose_samples(const table::Rows& rows, const table::TextColumns& columns,
                                   std::span<const int64_t> labels, const std::vector<std::string>& names);

// Writes the file. If there are no samples, removes the file of an earlier training. Errors: kIo.
void write_samples(const std::filesystem::path& model_dir, const std::vector<Sample>& samples);
// Returns no samples if the file is missing or malformed, because samples are optional.
std::vector<Sample> read_samples(const std::filesystem::path& model_dir);

}  // namespace hone::task
