// Rows that have become ids: all tokens of a split one after another, and batches cut from them.
// Shapes: B rows of a batch, T tokens in all of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/text_batch.h"
#include "table/columns.h"
#include "table/rows.h"
#include "text/tokenizer.h"

namespace hone::task {

struct Features {
  std::vector<int32_t> ids;
  std::vector<uint8_t> type_ids;                  // beside ids
  std::vector<uint64_t> offsets = {0};            // rows + 1
  std::vector<int64_t> labels;                    // a class id a row; empty where rows have no labels
  uint64_t num_cut_rows = 0, num_cut_tokens = 0;  // by max_length

  uint64_t size() const { return offsets.size() - 1; }
  uint64_t num_tokens() const { return ids.size(); }
  uint64_t length(uint64_t row) const { return offsets[row + 1] - offsets[row]; }
  void add(const text::Encoding& encoding);
};

struct Batch {
  model::TextBatch inputs;
  at::Tensor labels;  // [B] int64; undefined without labels
};

// The ids of all rows, at most max_length a row, by all cores. `what` heads the progress bar.
Features tokenize_rows(const text::Tokenizer& tokenizer, const table::Rows& rows, const table::TextColumns& columns,
                       size_t max_length, const std::string& what);

// The given rows, packed in this order.
Batch make_batch(const Features& features, std::span<const uint64_t> rows);

}  // namespace hone::task
