// A model: a body with a head. Its parameters have HF's checkpoint names, in the order of torch's named_parameters()
// for the HF class. torch's module classes stay out of this header, which every floor above reads: they take 4 s to
// compile.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "model/inputs.h"
#include "nn/forward_context.h"
#include "tensor/compute.h"
#include "tensor/cross_entropy.h"

namespace torch::nn {
class Module;
}  // namespace torch::nn

namespace hone::nn {
class DropoutSites;
}  // namespace hone::nn

namespace hone::tensor {
class SourceKeys;
}  // namespace hone::tensor

namespace hone::model {

struct Family;
struct HeadRow;
struct Stages;
struct Tie;

// Heads of the keys and values of each layer; 0: the model cannot continue sequences (Inputs::cache).
struct KvHeads {
  int64_t num_heads = 0, width = 0;
};

class Model {
 public:
  // Weights are unset: they are loaded or drawn. `has_other_table`: HeadParts'. Errors: those of the family.
  Model(const ModelConfig& config, const Family& family, const HeadRow& head, bool has_other_table = false);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // Returns the body's output for a batch on the CPU. Errors (kInput): a token id or token type outside its table, a
  // sequence longer than max_length().
  Hidden hidden(const Inputs& inputs, const nn::ForwardContext& context, const LayerSelection& selection = {}) const;
  // Returns what the decoder of a model with an encoder reads of each text, for Inputs::sources. Errors: those of
  // hidden().
  std::vector<std::shared_ptr<const tensor::SourceKeys>> source_keys(const Tokens& texts) const;
  // What flows out of the body's first layers, without dropout and gradients (Body::prefix). Errors: those of hidden().
  Stream prefix(const Inputs& inputs, const nn::ForwardContext& context, int64_t num_layers,
                bool first_tokens_only = false) const;
  // Returns the head's outputs [N, num_outputs] in float for the given rows [N] int64 (tokens or sequences, as the head
  // reads them); undefined `rows` means all.
  at::Tensor logits(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const;
  // Returns tensor::cross_entropy of the logits of the rows with these targets [N], without storing all logits.
  at::Tensor cross_entropy(const Hidden& hidden, const at::Tensor& rows, const at::Tensor& targets,
                           const tensor::CrossEntropyOptions& options, const nn::ForwardContext& context) const;
  // Both, for all rows. If the head reads first tokens only, the last layer computes no others.
  at::Tensor forward(const Inputs& inputs, const nn::ForwardContext& context) const;

  // Call it when the parameters of these stages no longer require gradients.
  void set_frozen(const FrozenStages& frozen);
  // Returns the number of frozen layers that follow frozen embeddings without a gap; nullopt if the embeddings are not
  // frozen, if frozen stages do not compute as in evaluation, or if they depend on the batch. prefix() of these layers
  // depends on the inputs alone, and Inputs::prefix may hold it.
  std::optional<int64_t> num_frozen_layers() const;
  int64_t num_layers() const;
  int64_t width() const;  // C of the body
  // Returns true if the head reads the first token of each sequence only, directly or through the body's pooler.
  bool reads_first_tokens() const;
  at::ScalarType dtype() const { return compute_.dtype; }  // of the activations

  // The parameters that each stage reads (stages.h). They are found at the first call, and
  // again if parameters were added; one thread makes these calls.
  const Stages& stages() const;

  // Moves the parameters to the device, and sets the number format (before: float on the CPU).
  void set_compute(const tensor::Compute& compute);

  std::string_view class_name() const;  // HF's
  // Returns true if a parameter belongs to the head.
  bool is_head(std::string_view parameter) const;
  // The name that files of HF's class give a parameter.
  std::string_view saved_name(std::string_view parameter) const;
  bool has_head() const;  // false: the body alone, which has no outputs
  int64_t num_outputs() const;
  const at::Tensor& output_weight() const;  // [num_outputs, in], of the head's last layer
  // Returns true if the head has a row of outputs for each token, false if it has one for each sequence.
  bool reads_tokens() const;
  int64_t vocab_size() const;                // rows of the word embedding
  const at::Tensor& word_embedding() const;  // [vocab_size, C]
  int64_t max_length() const;                // the most tokens of one sequence
  KvHeads kv_heads() const;
  int64_t num_cached_layers() const;  // those whose keys and values generation keeps: all, or those of the decoder
  bool reads_decoder_tokens() const;  // the model has an encoder and a decoder: Inputs::decoder
  int64_t max_cached_length() const;  // the most tokens of a sequence that is computed step by step

  // Keeps the weights of linears and embeddings in this type, for generation: nothing computes their gradients.
  // `has_values`: false before they are loaded.
  void store_matrices_as(at::ScalarType dtype, bool has_values);

  // Changes the head's last layer so that its outputs become output * scale + shift. Error: check_can_rescale's.
  void rescale_outputs(const OutputScale& scale);
  // Throws kUnsupported for a shift of the outputs of a head without a bias, such as a decoder's.
  void check_can_rescale(const OutputScale& scale) const;
  // Output i becomes what output sources[i] was; each source occurs once.
  void reorder_outputs(std::span<const int64_t> sources);

  // Body and head as a tree of torch's modules, other names of its parameters, and the sizes after the embedding was
  // resized; for this floor.
  torch::nn::Module& module() const;
  nn::DropoutSites& dropout_sites() const;  // numbers the sites that adapters add
  const Family& family() const;
  const HeadRow& head_row() const;
  std::vector<Tie> ties() const;
  void set_vocab_size(int64_t num_rows);

 private:
  struct Parts;
  // Throws kInput for ids outside their tables and for too long sequences, kInternal for an invalid batch.
  void check(const Tokens& tokens, const tensor::KvBatch* cache) const;
  void check(const Inputs& inputs) const;
  Inputs checked(const Inputs& inputs) const;  // on the device
  nn::ForwardContext in_format(nn::ForwardContext context) const;
  nn::ForwardContext context_of_head(const nn::ForwardContext& context) const;

  std::shared_ptr<Parts> parts_;
  tensor::Compute compute_;
  bool head_evaluates_ = false;  // as a frozen stage
  mutable std::shared_ptr<const Stages> stages_;
};

}  // namespace hone::model
