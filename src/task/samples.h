// Example texts that are kept with a model: rows of its own evaluation set, a few for each label. Training writes them,
// and the page of hone serve offers them.
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

// Chooses short rows of `rows`: the first one of each label, by turns, at most kMaxSamples in all. `labels` holds the
// rows' label ids, `names` the labels by id.
inline constexpr size_t kMaxSamples = 6;
std::vector<Sample> choose_samples(const table::Rows& rows, const table::TextColumns& columns,
                                     std::span<const int64_t> labels, const std::vector<std::string>& names);

// Removes the file of an earlier training if there are no samples. Errors: kIo.
void write_samples(const std::filesystem::path& model_dir, const std::vector<Sample>& samples);
// Empty if the folder has no samples, or the file is not one of hone's: they are a help, never needed.
std::vector<Sample> read_samples(const std::filesystem::path& model_dir);

}  // namespace hone::task
