#include "task/contrastive_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/logcumsumexp.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <span>

#include "base/names.h"
#include "model/sentence_head.h"
#include "task/names.h"
#include "tensor/compute.h"

namespace hone::task {

namespace {

constexpr double kScale = 20;  // of cosines

// True where the text of a column is no negative of the row: [B, B * (columns - 1)].
at::Tensor left_out(const ContrastiveBatch& batch) {
  const size_t num_rows = batch.texts[0].size(), num_columns = batch.texts.size() - 1;
  at::Tensor mask =
      at::zeros({static_cast<int64_t>(num_rows), static_cast<int64_t>(num_rows * num_columns)}, at::kBool);
  bool* const values = mask.mutable_data_ptr<bool>();
  for (size_t row = 0; row < num_rows; ++row) {
    for (size_t column = 0; column < num_columns; ++column) {
      for (size_t other = 0; other < num_rows; ++other) {
        if (column == 0 && other == row) continue;
        const uint64_t text = batch.texts[column + 1][other];
        const bool is_own_text = text == batch.texts[1][row] || text == batch.texts[0][row];
        const bool has_same_first = column == 0 && batch.texts[0][other] == batch.texts[0][row];
        values[(row * num_columns + column) * num_rows + other] = is_own_text || has_same_first;
      }
    }
  }
  return mask;
}

at::Tensor ranking_sum(const ContrastiveBatch& batch) {
  const at::Tensor first = model::with_length_one(batch.columns[0]);
  const at::Tensor others =
      model::with_length_one(at::cat(std::vector<at::Tensor>(batch.columns.begin() + 1, batch.columns.end())));
  at::Tensor scores = at::matmul(first, others.t()) * kScale;  // [B, B * (columns - 1)]
  scores = scores.masked_fill(tensor::on_device(left_out(batch), scores.device()), -INFINITY);
  return (at::logsumexp(scores, {1}) - scores.diagonal()).sum();
}

at::Tensor cosines(const ContrastiveBatch& batch) {
  return (model::with_length_one(batch.columns[0]) * model::with_length_one(batch.columns[1])).sum(1);  // [B]
}

// log(1 + the sum of exp(cosine of one pair - cosine of another), over all pairs of which the other has a higher
// score).
at::Tensor cosent_sum(const ContrastiveBatch& batch) {
  const auto [labels, order] = at::sort(batch.scores);
  const at::Tensor scores = (cosines(batch) * kScale).index_select(0, order);
  const at::Tensor higher = at::searchsorted(labels, labels, /*out_int32=*/false, /*right=*/true);
  const at::Tensor sums =
      at::cat({at::logcumsumexp((-scores).flip(0), 0).flip(0), at::full({1}, -INFINITY, scores.options())});
  const at::Tensor differences = scores + sums.index_select(0, higher);
  const at::Tensor loss = at::logsumexp(at::cat({at::zeros({1}, scores.options()), differences}), {0});
  return loss * static_cast<double>(batch.columns[0].size(0));
}

at::Tensor cosine_sum(const ContrastiveBatch& batch) { return at::mse_loss(cosines(batch), batch.scores, /*sum*/ 2); }

constexpr ContrastiveLoss kContrastiveLosses[] = {
    {"mnr", "the second text among all texts of the batch", false, ranking_sum},
    {"cosent", "the order of the scores of pairs", true, cosent_sum},
    {"cosine", "squared differences of cosines and scores", true, cosine_sum}};
static_assert(has_names(kContrastiveLosses, kContrastiveLossNames), "kContrastiveLossNames and the table differ");

}  // namespace

std::span<const ContrastiveLoss> contrastive_losses() { return kContrastiveLosses; }

const ContrastiveLoss& find_contrastive_loss(std::string_view name) {
  return find_row(kContrastiveLosses, "contrastive_loss", name);
}

at::Tensor matryoshka_sum(const ContrastiveLoss& loss, const ContrastiveBatch& batch, std::span<const int64_t> widths) {
  if (widths.empty()) return loss.sum(batch);
  at::Tensor sum;
  for (const int64_t width : widths) {
    ContrastiveBatch narrow{{}, batch.texts, batch.scores};
    for (const at::Tensor& column : batch.columns) narrow.columns.push_back(column.narrow(1, 0, width));
    const at::Tensor part = loss.sum(narrow);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

}  // namespace hone::task
