// The task of a language model: the next token of a text. The whole text is one sequence of tokens, which the model
// reads in windows that overlap, as in transformers' page "Perplexity of fixed-length models". A token counts once: in
// the first window that holds it, where it has the longest context.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "task/tasks.h"

namespace hone::task {

// Tokens [begin, end) of the text; those from first_target on count.
struct TextWindow {
  uint64_t begin = 0, end = 0, first_target = 0;
};

// Windows of `length` tokens, each `stride` tokens after the one before; the last one ends with the text. The first
// token of the text has no context, so it does not count. If stride is length, no first token of a window counts.
std::vector<TextWindow> text_windows(uint64_t num_tokens, uint64_t length, uint64_t stride);

// Its rows are windows. It evaluates only: hone train does not train it.
std::unique_ptr<Task> make_causal_lm(const TaskOptions& options, const model::ModelConfig& config, Purpose purpose);

// The longest window if nobody asks for another one.
inline constexpr size_t kDefaultWindow = 1024;

}  // namespace hone::task
