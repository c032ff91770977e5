// Tokenized rows: the ids of all tokens of a split in one array, and batches made of them.
// Shapes: B rows of a batch, T tokens in all of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/inputs.h"
#include "model/model.h"
#include "model/prefix_cache.h"
#include "nn/forward_context.h"
#include "table/columns.h"
#include "table/rows.h"
#include "task/reading.h"
#include "text/tokenizer.h"
#include "text/unknown_tokens.h"

namespace hone::task {

struct Features {
  std::vector<int32_t> ids;
  std::vector<uint8_t> type_ids;                  // beside ids
  std::vector<uint64_t> offsets = {0};            // start of each window, and the end
  std::vector<uint64_t> windows = {0};            // first window of each row, and the end; most rows have one
  uint64_t num_cut_rows = 0, num_cut_tokens = 0;  // by max_length
  // Set if the model has frozen layers: what flows out of them for these rows.
  std::shared_ptr<model::PrefixCache> prefix = {};

  uint64_t size() const { return windows.size() - 1; }
  uint64_t num_tokens() const { return ids.size(); }
  uint64_t num_windows(uint64_t row) const { return windows[row + 1] - windows[row]; }
  std::span<const int32_t> row_ids(uint64_t row) const {
    return std::span(ids).subspan(offsets[windows[row]], length(row));
  }
  uint64_t length(uint64_t row) const { return offsets[windows[row + 1]] - offsets[windows[row]]; }
  // Adds a row with these windows.
  void add(std::span<const text::Encoding> row);
  void add(const text::Encoding& encoding) { add(std::span(&encoding, 1)); }
};

// Tokenizes all rows on all cores. `what` is the title of the progress bar.
Features tokenize_rows(const text::Tokenizer& tokenizer, const table::Rows& rows, const table::TextColumns& columns,
                       const Reading& reading, const std::string& what);

// Remembers the tokens of texts, for several runs of one process on the same rows. Not safe to use from several
// threads.
class KnownFeatures {
 public:
  // Returns the tokens of these rows, tokenized now or by an earlier call with the same texts and reading.
  // `tokenizer_dir` names the tokenizer.
  Features tokenized(const text::Tokenizer& tokenizer, const std::string& tokenizer_dir, const table::Rows& rows,
                     const table::TextColumns& columns, const Reading& reading, const std::string& what);

 private:
  static constexpr size_t kMaxSets = 6;  // such as the training, validation and test rows of two lengths

  std::deque<std::pair<std::string, Features>> sets_;  // by digest, the newest last
};

// Counts the unknown tokens of all rows; `has_pairs`: the rows are pairs of texts.
text::UnknownTokens unknown_tokens(const text::Tokenizer& tokenizer, const Features& features, bool has_pairs);
// Logs a warning if more than a tenth of the tokens are unknown; `what` names the rows: "training rows".
void warn_of_unknown_tokens(const text::UnknownTokens& count, std::string_view what);

// "2 of 10 rows are longer than 128 tokens and were truncated"; "" if none was.
std::string truncation_note(uint64_t num_truncated, uint64_t num_rows, size_t max_length);

// Warnings about training rows: how many were truncated at `max_length`, and how many hold only the `num_special`
// special tokens of a row.
std::vector<std::string> text_findings(const Features& features, uint64_t max_length, uint64_t num_special);

// Packs the windows of the given rows into one batch, in this order, with what features.prefix keeps of them.
model::Inputs make_batch(const Features& features, std::span<const uint64_t> rows);

// The rows of `features`, which must outlive the result, for a cache of what flows out of frozen layers.
model::PrefixRows prefix_rows(const Features& features);

// The outputs [B, K] of a model with one row of outputs for each window: for each row the mean over its windows.
at::Tensor row_outputs(const model::Model& model, const Features& features, std::span<const uint64_t> rows,
                       const nn::ForwardContext& context);

}  // namespace hone::task
