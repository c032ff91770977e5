// Chooses the examples that stand in a prompt. N texts, C width.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "task/options.h"
#include "task/prompt.h"
#include "text/tokenizer.h"

namespace hone::task {

// Makes a vector of a text: the mean of the body's outputs over its tokens, with length 1.
class TextEmbedder {
 public:
  TextEmbedder(std::shared_ptr<const model::Model> model, text::Tokenizer tokenizer)
      : model_(std::move(model)), tokenizer_(std::move(tokenizer)) {}
  // Loads the body of a model in HF's format. Errors: those of model::load_model.
  static TextEmbedder load(const std::filesystem::path& model_dir);

  // Reads at most kMaxTokens of each text. [N, C] float on the CPU. `what` is the title of the progress bar.
  at::Tensor embed(std::span<const std::string_view> texts, const std::string& what) const;
  static constexpr size_t kMaxTokens = 512;

 private:
  std::shared_ptr<const model::Model> model_;
  text::Tokenizer tokenizer_;
};

class Shots {
 public:
  // Without shots. Errors (kUsage): options that contradict each other.
  Shots() = default;
  // Reads the rows. Their labels are options.labels, by name or id. Errors: those of reading rows and labels; kInput
  // for fewer rows than shots, and for too few rows of a label.
  Shots(const PromptOptions& options, const RowOptions& columns);

  // The same shots for all texts, or those that are most similar to each.
  bool are_fixed() const { return !is_nearest_; }
  const std::vector<Shot>& fixed() const { return fixed_; }
  // Returns the nearest examples of each text, the most similar one last, beside the text (Liu et al., "What makes good
  // in-context examples for GPT-3?", arXiv 2101.06804). An example with the text itself is never one of them.
  std::vector<std::vector<Shot>> nearest(std::span<const std::string_view> texts, const TextEmbedder& embedder,
                                         const std::string& what);

 private:
  void choose_random(const PromptOptions& options);
  void choose_balanced(const PromptOptions& options, std::span<const int64_t> ids);

  bool is_nearest_ = false;
  size_t count_ = 0;
  std::string source_;
  std::vector<Shot> all_;    // the candidates
  std::vector<Shot> fixed_;  // those of every prompt
  at::Tensor embeddings_;    // [N, C] of the candidates; undefined until they are needed
};

// Errors (kUsage): options that contradict each other.
void check_shots(const PromptOptions& options);

}  // namespace hone::task
