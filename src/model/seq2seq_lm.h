// The head of models with an encoder and a decoder that predict the decoder's next token.
#pragma once

#include <memory>

#include "model/heads.h"

namespace hone::model {

struct Seq2SeqLmShape {
  double scale = 1;            // of the decoder's output
  bool has_bias = false;       // "final_logits_bias" [1, V], which is stored but not trained
  bool redraws_words = false;  // HF's class draws the table of words again behind the body (T5)
};

// "lm_head"(scale * token) + bias, with the table of words, unless the weights hold another table for the outputs.
std::unique_ptr<Head> seq2seq_lm_head(const HeadParts& parts, const Seq2SeqLmShape& shape);

}  // namespace hone::model
