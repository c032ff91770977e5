// The input of a model, of which a family reads the parts that it needs, and the output of its body.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tensor/packing.h"

namespace hone::tensor {
class KvBatch;
class SourceBatch;
}  // namespace hone::tensor

namespace hone::model {

// The tokens of all sequences of a batch, packed one after another.
struct Tokens {
  at::Tensor ids;       // [T] int64
  at::Tensor type_ids;  // [T] int64, or undefined: all 0. Ignored by families without token types.
  tensor::Packing packing;
};

// The tokens of these sequences. Copies them.
Tokens packed_tokens(std::span<const std::span<const int32_t>> sequences);

// Sums over the tokens of all layers with experts (experts.h). E experts.
struct BalanceSums {
  at::Tensor taken, probabilities;  // [E] float: how many tokens take each expert, and the router's probabilities
  int64_t num_rows = 0;             // tokens
};

// What flows from layer to layer.
struct Stream {
  at::Tensor x;                            // [T, C]
  tensor::Packing packing;                 // of x
  std::shared_ptr<BalanceSums> balance{};  // layers with experts add to it; null: nobody reads it
  const tensor::KvBatch* cache = nullptr;  // Inputs::cache
  // In the layers of a decoder beside an encoder: what the encoder made of the texts [M, C], or what is kept of it.
  at::Tensor memory = {};
  tensor::Packing memory_packing = {};
  const tensor::SourceBatch* sources = nullptr;  // Inputs::sources
};

struct Inputs {
  Tokens text;
  // If set, the text (or the decoder's tokens) is the batch's: its tokens continue sequences whose keys and values are
  // kept.
  const tensor::KvBatch* cache = nullptr;
  Stream prefix = {};  // if defined, what flows out of the model's frozen layers for this text: they are not computed
  // What the decoder of a model with an encoder reads: a sequence for each text. The model's outputs are those of these
  // tokens.
  Tokens decoder = {};
  // If set, the keys and values of the texts are kept: no encoder is computed, and `text` is empty.
  const tensor::SourceBatch* sources = nullptr;
};

// The output of a body.
struct Hidden {
  at::Tensor tokens;        // [T, C]
  tensor::Packing packing;  // of tokens
  at::Tensor pooled;        // [B, C] in float, one row for each sequence; undefined if the body has no pooler
  // Scalar that training adds to the loss of a language model, with its factor: the load-balancing loss of experts if
  // config.json asks for it (output_router_logits); undefined: nothing
  at::Tensor balance_loss = {};
};

// Which stages of a model have no trained parameter: the embeddings, each layer, and the output (pooler and head).
struct FrozenStages {
  std::vector<bool> is_frozen = {};  // empty: none
  bool evaluates = true;             // they compute as in evaluation, without dropout

  bool has(size_t stage) const { return stage < is_frozen.size() && is_frozen[stage]; }
};

// Which layers a forward pass computes, and what it keeps of them.
struct LayerSelection {
  int64_t num_prefix = 0;                      // layers that `prefix` has gone through
  Stream prefix = {};                          // from Model::prefix(); read if num_prefix > 0
  bool first_tokens_only = false;              // the output has one token for each sequence: its first
  std::optional<int64_t> num_layers = {};      // early exit after so many layers; unset: all
  std::vector<at::Tensor>* outputs = nullptr;  // gets what goes into the first computed layer and what each of them
                                               // returns, [T, C] each: HF's hidden_states
};

}  // namespace hone::model
