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

namespace hone::eval {

inline constexpr const char* kExamplesFile = "examples.json";  // in the model's folder

struct Example {
  std::string text;
  std::optional<std::string> text_pair;
  std::string label;  // the true one
};

// Chooses short rows of `rows`: the first one of each label, by turns, at most kMaxExamples in all. `labels` holds the
// rows' label ids, `names` the labels by id.
inline constexpr size_t kMaxExamples = 6;
std::vector<Example> choose_examples(const table::Rows& rows, const table::TextColumns& columns,
                                     std::span<const int64_t> labels, const std::vector<std::string>& names);

// Removes the file of an earlier training if there are no examples. Errors: kIo.
void write_examples(const std::filesystem::path& model_dir, const std::vector<Example>& examples);
// Empty if the folder has no examples, or the file is not one of hone's: they are a help, never needed.
std::vector<Example> read_examples(const std::filesystem::path& model_dir);

}  // namespace hone::eval
