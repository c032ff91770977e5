// A sample of the training rows, what it says of their language, and how tokenizers divide it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "advise/before.h"
#include "data/scripts.h"
#include "task/tasks.h"
#include "text/tokenizer.h"
#include "train/prepare.h"

namespace hone::cli {

struct RowSample {
  std::vector<std::string> texts, pairs;  // `pairs` is empty or beside `texts`
  data::Script script = data::Script::kNone;

  std::vector<std::string_view> all() const;  // views of both
};

// Takes at most 10000 rows at equal distances, and sets what `facts` says of letters and language.
RowSample sample_rows(const train::RunRows& run, const task::RowOptions& options, advise::RowsFacts& facts);

// Returns the number of tokens of each row, special tokens included, sorted.
std::vector<uint32_t> sampled_lengths(const text::Tokenizer& tokenizer, const RowSample& sample);

// Loads the model and its tokenizer for the task, and measures the tokenizer on the sample. Error texts become the
// checkpoint's error.
advise::CheckpointFacts look_at_checkpoint(const std::string& folder, const std::string& base_model,
                                           const task::TaskRow& task, const RowSample& sample);

}  // namespace hone::cli
