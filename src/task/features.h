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

#include "model/inputs.h"
#include "table/columns.h"
#include "table/rows.h"
#include "text/tokenizer.h"
#include "text/unknown_tokens.h"

namespace hone::task {

struct Features {
  std::vector<int32_t> ids;
  std::vector<uint8_t> type_ids;                  // beside ids
  std::vector<uint64_t> offsets = {0};            // start of each row, and the end
  uint64_t num_cut_rows = 0, num_cut_tokens = 0;  // by max_length

  uint64_t size() const { return offsets.size() - 1; }
  uint64_t num_tokens() const { return ids.size(); }
  uint64_t length(uint64_t row) const { return offsets[row + 1] - offsets[row]; }
  void add(const text::Encoding& encoding);
};

// Tokenizes all rows on all cores, with at most max_length tokens for each. `what` is the title of the progress bar.
Features tokenize_rows(const text::Tokenizer& tokenizer, const table::Rows& rows, const table::TextColumns& columns,
                       size_t max_length, const std::string& what);

// Counts the unknown tokens of all rows; `has_pairs`: the rows are pairs of texts.
text::UnknownTokens unknown_tokens(const text::Tokenizer& tokenizer, const Features& features, bool has_pairs);
// Logs a warning if more than a tenth of the tokens are unknown; `what` names the rows: "training rows".
void warn_of_unknown_tokens(const text::UnknownTokens& count, std::string_view what);

// "2 of 10 rows are longer than 128 tokens and were truncated"; "" if none was.
std::string truncation_note(uint64_t num_truncated, uint64_t num_rows, size_t max_length);

// Warnings about training rows: how many were truncated at `max_length`, and how many hold only the `num_special`
// special tokens of a row.
std::vector<std::string> text_findings(const Features& features, uint64_t max_length, uint64_t num_special);

// Packs the given rows into one batch, in this order.
model::Inputs make_batch(const Features& features, std::span<const uint64_t> rows);

}  // namespace hone::task
