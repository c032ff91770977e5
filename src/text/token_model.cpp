// The table of tokenizer models.
#include "text/token_model.h"

#include "base/names.h"
#include "text/bpe.h"
#include "text/json_fields.h"
#include "text/unigram.h"
#include "text/word_level.h"
#include "text/word_piece.h"

namespace hone::text {

namespace {

constexpr TokenModelRow kModels[] = {
    {"BPE", "pairs of tokens merge in the order of training (GPT-2, RoBERTa, Qwen, Llama 3)", make_bpe},
    {"Unigram", "the tokens with the highest sum of scores (T5, ALBERT, XLM-R)", make_unigram},
    {"WordLevel", "each word is one token", make_word_level},
    {"WordPiece", "the longest token of the vocabulary first, then the longest that continues the word (BERT)",
     make_word_piece},
};

}  // namespace

std::span<const TokenModelRow> token_models() { return kModels; }

std::unique_ptr<TokenModel> make_token_model(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                             const VocabularyExtras& extras, const std::string& source) {
  const std::string type = part_type(settings, source, "model", "WordPiece");
  const TokenModelRow& row =
      find_row(kModels, fmt::format("tokenizer model (in {})", source), type, ErrorKind::kUnsupported);
  return row.make(settings, std::move(vocabulary), extras, source);
}

}  // namespace hone::text
