// The corpora of a run on running text: those that the user names, and those that the run makes of text files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "task/text_blocks.h"
#include "text/tokenizer_fingerprint.h"
#include "train/options.h"

namespace hone::train {

// An interrupt stopped the tokenization; the same command continues.
class TokenizationInterrupted : public Error {
  using Error::Error;
};

// The blocks of each split; a split without any is empty.
struct RunText {
  std::vector<task::BlockRange> train, evaluation, test;
  task::BlockOrder order;
  std::string evaluation_name;  // "validation", "held-out" or "test"; empty: none
};

// Throws kUsage for contradictions that are known before anything is read: the training text is named twice, --mix or
// weights are malformed, evaluations lack text.
void check_text_options(const TrainOptions& options);

// Opens the corpora, and makes those that are text. A made corpus is in `folder`, below kCorporaFolder (run_files.h).
// `block_size`: tokens of a block unless the options say it. Errors: those of the floor corpus; kInput for a corpus of
// another tokenizer, and for text that leaves no block for one of the splits; TokenizationInterrupted.
RunText open_run_text(const TrainOptions& options, const text::IdentifiedTokenizer& tokenizer, int64_t block_size,
                      const std::filesystem::path& folder);

}  // namespace hone::train
