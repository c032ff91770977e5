// The examples of contrastive learning: the tokens of each column of texts, with scores or without.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "model/sentence_head.h"
#include "task/features.h"
#include "task/task.h"

namespace hone::task {

// Makes the head of a model when its width is known; the files were read before.
class SentenceHeadOf {
 public:
  explicit SentenceHeadOf(model::SentenceConfig config) : config_(std::move(config)) {}
  const model::SentenceConfig& config() const { return config_; }
  // The same head at each call, on the device of the model's weights.
  const model::SentenceHead& head(const model::Model& model) const;

 private:
  model::SentenceConfig config_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<model::SentenceHead> head_;
};

struct ContrastiveOptions {
  std::string loss;             // a name of contrastive_losses()
  std::vector<int64_t> widths;  // of Matryoshka vectors; empty: the whole vectors
  size_t mini_batch_rows = 0;   // computed at once in training (GradCache); 0: all rows of a batch
};

struct ContrastiveTexts {
  table::Rows rows;
  std::vector<std::string> column_names;
  std::vector<Features> columns;    // one for each column
  std::vector<double> scores;       // of the rows; empty: there are none
  size_t max_length = 0;            // at which texts were truncated
  uint64_t num_special_tokens = 0;  // of each text
};

// `head` must outlive the examples. Errors: kUsage for widths beyond the model's, when the first batch is computed; and
// for a first batch of one row whose negatives are the other rows.
std::unique_ptr<Examples> make_examples(ContrastiveTexts texts, ContrastiveOptions options, const SentenceHeadOf& head);

}  // namespace hone::task
