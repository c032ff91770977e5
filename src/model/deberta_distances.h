// How DeBERTa's attention reads the distance of two tokens: which row of the relative embeddings stands for it, and
// which of its two terms are added to the scores. He et al., arXiv 2006.03654, section 3, and the log buckets of its
// second version.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "model/config.h"

namespace hone::model {

struct DebertaDistances {
  bool has_content_to_position = false;  // "c2p": the query with the embedding of the distance
  bool has_position_to_content = false;  // "p2c": the key with it
  int64_t num_buckets = 0;               // of each direction; 0: a row for each distance
  int64_t max_distance = 0;

  // Reads "pos_att_type", a list or a text such as "c2p|p2c". Throws kInput for another value.
  void read_terms(const ModelConfig& config);

  // Of the scores, with that of the contents. HF counts the configured terms even if relative_attention is off.
  int num_terms() const { return 1 + has_content_to_position + has_position_to_content; }

  // Rows of the relative embeddings of each direction.
  int64_t span() const { return num_buckets > 0 ? num_buckets : max_distance; }

  // The row of each distance from query to key, -(L - 1) ... L - 1: [2 L - 1] int64.
  at::Tensor rows(int64_t longest) const;
};

}  // namespace hone::model
