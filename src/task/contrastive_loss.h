// The losses of contrastive learning, as sentence-transformers computes them. B rows, W width of the vectors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace hone::task {

// The vectors of a batch: one [B, W] for each column of texts. `texts`: for each column the number of each row's text,
// equal for equal texts. `scores` [B] float; undefined without scores.
struct ContrastiveBatch {
  std::vector<at::Tensor> columns;
  std::vector<std::vector<uint64_t>> texts;
  at::Tensor scores;
};

struct ContrastiveLoss {
  std::string_view name, doc;
  bool needs_scores = false;
  // The loss of the batch, times B.
  at::Tensor (*sum)(const ContrastiveBatch& batch);
};

// "mnr": MultipleNegativesRankingLoss (Henderson et al. 2017): the cross-entropy of each first text with all second and
// further texts of the batch, with cosines times 20. A text that equals one of the own pair, or the second text of a
// row with the same first text, is not a negative: it is left out. "cosent": CoSENTLoss (Su 2022; scale 20). "cosine":
// CosineSimilarityLoss: the squared difference of cosine and score.
std::span<const ContrastiveLoss> contrastive_losses();
// Throws kUsage for an unknown name.
const ContrastiveLoss& find_contrastive_loss(std::string_view name);

// The sum of the losses of the first `widths` values of the vectors (Kusupati et al., "Matryoshka Representation
// Learning", 2022); without widths that of the whole vectors.
at::Tensor matryoshka_sum(const ContrastiveLoss& loss, const ContrastiveBatch& batch, std::span<const int64_t> widths);

}  // namespace hone::task
