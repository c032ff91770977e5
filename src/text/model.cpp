// The table of tokenizer models.
#include "text/model.h"
#include "base/names.h"
#include "text/json_fields.h"
#include "text/word_piece.h"

namespace hone::text {

namespace {

constexpr ModelRow kModels[] = {
    {"WordPiece", "the longest token of the vocabulary first, then the longest that continues the word (BERT)",
     make_word_piece},
};

}  // namespace

std::span<const ModelRow> models() { return kModels; }

std::unique_ptr<Model> make_model(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                  const std::string& source) {
  const std::string type = part_type(settings, source, "model", "WordPiece");
  const ModelRow& row =
      find_row(kModels, fmt::format("tokenizer model (in {})", source), type, ErrorKind::kUnsupported);
  return row.make(settings, std::move(vocabulary), source);
}

}  // namespace hone::text
