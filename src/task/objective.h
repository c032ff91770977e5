// What a language model learns from running text: which tokens it reads, and which it must predict. The examples of all
// such tasks are the same but for their objective.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "corpus/blocks.h"
#include "metric/report.h"
#include "nn/forward_context.h"
#include "task/task.h"
#include "task/text_blocks.h"

namespace hone::task {

// A batch of blocks. T tokens, S sequences, N targets.
struct MarkedBatch {
  std::vector<int32_t> ids;                // [T]: what the model reads
  std::vector<int64_t> lengths;            // [S]
  std::vector<int32_t> decoder_ids{};      // what the decoder of a model with an encoder reads
  std::vector<int64_t> decoder_lengths{};  // [S]; empty: the model has no encoder
  std::vector<int64_t> places;             // [N]: tokens whose output predicts a target, in ascending order
  std::vector<int64_t> targets;            // [N]
  std::vector<uint64_t> row_ends;          // of each row, its end in `places`
};

class Objective {
 public:
  virtual ~Objective() = default;
  // Adds a block to the batch. A pure function of the block, its row, and the seed and step of the context.
  virtual void mark(const corpus::Block& block, uint64_t row, const nn::ForwardContext& context,
                    MarkedBatch& batch) const = 0;
  virtual std::span<const metric::Metric> metrics() const = 0;
  // Whether evaluations count the targets that the model thinks most likely.
  virtual bool counts_right() const { return false; }
  // "the next of 5,000 tokens": of the targets, in a line.
  virtual std::string described(uint64_t num_tokens) const = 0;
};

// Examples whose rows are blocks, in their own order.
std::unique_ptr<Examples> make_block_examples(TextBlocks blocks, std::unique_ptr<const Objective> objective,
                                              const text::Tokenizer& tokenizer);

// The task of a language model that learns from running text. It has no rows: the methods for rows throw.
class TextTask : public Task {
 public:
  void adopt(std::span<table::LabelledSplit> splits) override;
  std::vector<int64_t> strata(const table::Rows& rows) const override;
  std::vector<std::string> findings(const TrainingRows&) const override { return {}; }
  std::unique_ptr<Examples> examples(const table::Rows& rows, const std::string& what,
                                     const ExampleOptions& options) const override;
  void write_config(model::ModelConfig&) const override {}
  Json facts() const override { return Json::object(); }
  std::unique_ptr<Answer> answer(const Question& question, const Outputs& outputs,
                                 const AnswerOptions& options) const override;
  std::vector<std::string> answer_members() const override { return {}; }
  std::vector<std::string> answer_columns(const AnswerOptions&) const override { return {}; }
};

}  // namespace hone::task
