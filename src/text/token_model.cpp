// The table of tokenizer models.
#include "text/token_model.h"

#include "base/names.h"
#include "text/bpe.h"
#include "text/json_fields.h"
#include "text/word_piece.h"

namespace hone::text {

namespace {

constexpr TokenModelRow kModels[] = {
    {"BPE", "pairs of tokens merge in the order of training (GPT-2, RoBERTa, Qwen, Llama 3)", make_bpe},
    {"WordPiece", "the longest token of the vocabulary first, then the longest that continues the word (BERT)",
     make_word_piece},
};

}  // namespace

std::span<const TokenModelRow> token_models() { return kModels; }

std::unique_ptr<TokenModel> make_token_model(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                             const std::vector<MergeEntry>& merges, const std::string& source) {
  const std::string type = part_type(settings, source, "model", "WordPiece");
  const TokenModelRow& row =
      find_row(kModels, fmt::format("tokenizer model (in {})", source), type, ErrorKind::kUnsupported);
  return row.make(settings, std::move(vocabulary), merges, source);
}

}  // namespace hone::text
