// Tokenized rows: the ids of all tokens of a split in one array, and batches made of them.
// Shapes: B rows of a batch, T tokens in all of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/text_batch.h"
#include "table/columns.h"
#include "table/rows.h"
#include "text/tokenizer.h"
#include "text/unknown_tokens.h"

namespace hone::task {

struct Features {
  std::vector<int32_t> ids;
  std::vector<uint8_t> type_ids;                  // parallel to ids
  std::vector<uint64_t> offsets = {0};            // start of each row in ids, then the total
  std::vector<int64_t> labels;                    // class id of each row; empty if rows have no labels
  uint64_t num_cut_rows = 0, num_cut_tokens = 0;  // rows and tokens that max_length truncated

  uint64_t size() const { return offsets.size() - 1; }
  uint64_t num_tokens() const { return ids.size(); }
  uint64_t length(uint64_t row) const { return offsets[row + 1] - offsets[row]; }
  void add(const text::Encoding& encoding);
};

struct Batch {
  model::TextBatch inputs;
  at::Tensor labels;  // [B] int64; undefined without labels
};

// Tokenizes all rows on all cores, with at most max_length tokens for each. `what` labels the progress bar.
Features tokenize_rows(const text::Tokenizer& tokenizer, const table::Rows& rows, const table::TextColumns& columns,
                       size_t max_length, const std::string& what);

// Counts the unknown tokens of all rows; `has_pairs`: the rows are pairs of texts.
text::UnknownTokens unknown_tokens(const text::Tokenizer& tokenizer, const Features& features, bool has_pairs);
// Logs a warning if more than a tenth of the tokens are unknown; `what` names the rows: "training rows".
void warn_of_unknown_tokens(const text::UnknownTokens& count, std::string_view what);

// Logs a warning if rows were longer than max_length.
void warn_of_truncated_rows(uint64_t num_truncated, uint64_t num_rows, size_t max_length);

// Packs the given rows into one batch, in this order.
Batch make_batch(const Features& features, std::span<const uint64_t> rows);

}  // namespace hone::task
