// The tokens with which a chat template marks turns, and whether a model knows them. V rows of the word embedding, C
// its width.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hone::compare {

// What a template writes around messages.
struct ChatMarkers {
  std::vector<std::string> all;  // in the order of their first places
  std::string end;               // the one that follows an answer; empty if none does

  static ChatMarkers chat_ml();  // <|im_start|>, <|im_end|>
};

// Renders a short chat, and finds the special tokens of the tokenizer in what the template itself wrote, and what looks
// like one: <|name|>, <name> and [NAME]. Errors: those of ChatTemplate::render.
ChatMarkers markers_of(const text::ChatTemplate& chat_template, const text::Tokenizer& tokenizer);

// A row of the word embedding. A token that no training text contained has a row near zero, or one that is nearly equal
// to the row of another such token, because the same updates moved both ("Fishing for Magikarp", arXiv 2405.05417). A
// random row that was never trained is not recognised.
struct EmbeddingRow {
  double norm = 0;      // divided by the median norm of all rows
  double distance = 0;  // to the nearest other row, divided by the row's own norm
  int32_t nearest = 0;  // that row

  static constexpr double kMinNorm = 0.1, kMinDistance = 0.02;
  bool is_trained() const { return norm >= kMinNorm && distance >= kMinDistance; }
};

// Returns the rows of these ids. `weight` [V, C], floating point; ids from 0 to V - 1.
std::vector<EmbeddingRow> embedding_rows(const at::Tensor& weight, std::span<const int32_t> ids);

// A marker in the vocabulary of a model.
struct MarkerState {
  std::string marker;
  size_t num_tokens = 0;                 // that the tokenizer makes of it
  std::optional<int32_t> id = {};        // if it is one token
  std::optional<EmbeddingRow> row = {};  // of this token
};

// Errors: those of Tokenizer::encode.
std::vector<MarkerState> marker_states(std::span<const std::string> markers, const text::Tokenizer& tokenizer,
                                       const at::Tensor& weight);

// Returns "1 token (id 2), trained" or "8 tokens".
std::string text_of(const MarkerState& state);
// {"marker", "num_tokens", "id", "trained", "norm", "distance", "nearest"}; null for what is not one token.
Json to_json(const MarkerState& state);

}  // namespace hone::compare
