// What sits on top of a body: the last layers of a model, which turn rows of a body into rows of outputs. A head
// registers its layers with the model under Hugging Face's names.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/body.h"
#include "nn/dropout.h"
#include "nn/linear.h"

namespace hone::model {

class Head {
 public:
  virtual ~Head() = default;
  // The input of output() for the given rows [N] int64: tokens of hidden.tokens, or sequences if the head reads
  // sequences. Undefined `rows` means all. So a loss over few tokens computes only those. In float; for outputs over
  // the vocabulary in the format of hidden.tokens.
  virtual at::Tensor features(const Hidden& hidden, const at::Tensor& rows,
                              const nn::ForwardContext& context) const = 0;
  // The last layer.
  virtual const nn::Linear& output() const = 0;
  // An output x becomes cap tanh(x / cap); 0: it stays x.
  virtual double soft_cap() const { return 0; }
  // Returns true if features() reads the first token of each sequence only, directly or through hidden.pooled.
  virtual bool reads_first_tokens() const { return false; }
  // Draws what HF's class draws after its modules have drawn; the names are those in the model.
  virtual void draw(const nn::Drawn::Wanted&, double /*deviation*/, at::Generator&) {}
  // The names under which checkpoints may hold the parameters that the head shares.
  virtual std::vector<Tie> ties() const { return {}; }
  // Called after the table of words was resized. Throws kUnsupported if the head has a table of its own.
  virtual void resize_words(int64_t /*num_rows*/) {}
};

// What a head is made of.
struct HeadParts {
  torch::nn::Module& model;  // registers the layers
  int64_t width = 0;         // C of the body
  int64_t num_outputs = 0;
  nn::DropoutSites& sites;
  at::Tensor words = {};               // [V, width of the embeddings], the body's table of words
  std::string_view words_module = {};  // its module's name in the model
  bool has_other_table = false;        // the weights hold a table of outputs that differs from the table of words
};

// "classifier"(dropout(pooled sequence)): BERT.
std::unique_ptr<Head> pooled_head(const HeadParts& parts, double dropout);
// "classifier"(dropout(relu("pre_classifier"(first token)))): DistilBERT.
std::unique_ptr<Head> first_token_head(const HeadParts& parts, double dropout);
// "classifier.out_proj"(dropout(activation("classifier.dense"(dropout(first token))))): RoBERTa with tanh, ELECTRA with
// gelu.
std::unique_ptr<Head> dense_head(const HeadParts& parts, double dropout, std::string_view activation);
struct ContextPooler {
  double pooler_dropout = 0;
  std::string activation;
  double dropout = 0;
};
// "classifier"(dropout(activation("pooler.dense"(pooler_dropout(first token))))): DeBERTa.
std::unique_ptr<Head> context_pooler_head(const HeadParts& parts, const ContextPooler& pooler);
// "classifier"(dropout(token)), for each token. Decoders call the linear "score".
std::unique_ptr<Head> token_head(const HeadParts& parts, double dropout, const char* name = "classifier");
// "score"(last token), without a bias: decoders.
std::unique_ptr<Head> last_token_head(const HeadParts& parts);

}  // namespace hone::model
