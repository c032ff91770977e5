#include "text/word_level.h"

#include "base/utf8.h"
#include "text/json_fields.h"

namespace hone::text {

WordLevel::WordLevel(std::vector<VocabularyEntry> vocabulary, std::string unknown_token, std::string source)
    : vocabulary_(std::move(vocabulary)),
      by_id_(vocabulary_),
      unknown_token_(std::move(unknown_token)),
      source_(std::move(source)) {
  ids_.reserve(vocabulary_.size());
  for (const auto& [token, id] : vocabulary_) ids_[token] = id;
  if (ids_.size() < vocabulary_.size()) by_id_.forget_repeated([&](std::string_view t) { return token_id(t); });
}

std::optional<int32_t> WordLevel::token_id(std::string_view token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

void WordLevel::tokenize(std::string_view word, std::vector<Token>& tokens) const {
  std::optional<int32_t> id = token_id(word);
  if (!id) id = token_id(unknown_token_);
  if (!id) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the vocabulary lacks the word \"{}\" and the unknown token \"{}\"", source_,
                            shortened(word, 40), unknown_token_),
                "add the unknown token to the vocabulary, or name the right one as unk_token");
  }
  tokens.push_back({*id, 0, static_cast<uint32_t>(word.size())});
}

std::unique_ptr<TokenModel> make_word_level(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                            const VocabularyExtras&, const std::string& source) {
  return std::make_unique<WordLevel>(std::move(vocabulary),
                                     string_field(settings, "unk_token", "<unk>", source + ": model"), source);
}

}  // namespace hone::text
