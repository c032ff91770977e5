// WordPiece with a trie of bytes. A word costs at most its length times the length of the longest token, and the length
// of a word is limited.
#include "text/word_piece.h"

#include "base/utf8.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

std::vector<std::pair<std::string_view, int32_t>> views(const std::vector<VocabularyEntry>& vocabulary) {
  return {vocabulary.begin(), vocabulary.end()};
}

bool is_longer_than(std::string_view word, size_t max_characters) {
  if (word.size() <= max_characters) return false;
  return count_code_points(word) > max_characters;
}

}  // namespace

WordPiece::WordPiece(std::vector<VocabularyEntry> vocabulary, Settings settings, std::string source)
    : vocabulary_(std::move(vocabulary)),
      by_id_(vocabulary_),
      settings_(std::move(settings)),
      source_(std::move(source)),
      trie_(views(vocabulary_)),
      continuation_(trie_.walk(TokenTrie::kRoot, settings_.continuing_prefix)),
      unknown_id_(trie_.find(settings_.unknown_token)) {
  for (const auto& [token, id] : vocabulary_) num_tokens_ += trie_.find(token) == id;
  if (num_tokens_ < vocabulary_.size()) by_id_.forget_repeated([&](std::string_view t) { return token_id(t); });
  max_word_bytes_ = settings_.max_characters > SIZE_MAX / 4 ? SIZE_MAX : 4 * settings_.max_characters;
}

int32_t WordPiece::unknown_id() const {
  if (unknown_id_) return *unknown_id_;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: the vocabulary does not cover a word and has no unknown token \"{}\"", source_,
                          settings_.unknown_token),
              "add the unknown token to the vocabulary, or name the right one as unk_token");
}

void WordPiece::tokenize(std::string_view word, std::vector<Token>& tokens) const {
  const size_t num_before = tokens.size();
  bool is_known = !is_longer_than(word, settings_.max_characters);
  for (size_t begin = 0; is_known && begin < word.size();) {
    const TokenTrie::Match match = trie_.longest(begin == 0 ? TokenTrie::kRoot : continuation_, word.substr(begin));
    is_known = match.length > 0;
    tokens.push_back({match.id, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + match.length)});
    begin += match.length;
  }
  if (is_known) return;
  tokens.resize(num_before);
  tokens.push_back({unknown_id(), 0, static_cast<uint32_t>(word.size())});
}

std::unique_ptr<TokenModel> make_word_piece(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                            const VocabularyExtras&, const std::string& source) {
  const std::string part = source + ": model";
  WordPiece::Settings values;
  values.unknown_token = string_field(settings, "unk_token", values.unknown_token, part);
  values.continuing_prefix = string_field(settings, "continuing_subword_prefix", values.continuing_prefix, part);
  values.max_characters = static_cast<size_t>(integer_field(
      settings, "max_input_chars_per_word", static_cast<int64_t>(values.max_characters), INT32_MAX, part));
  return std::make_unique<WordPiece>(std::move(vocabulary), std::move(values), source);
}

}  // namespace hone::text
