// WordPiece with a trie of bytes. A word costs at most its length times the length of the longest token, and the length
// of a word is limited.
#include "text/word_piece.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

std::vector<std::pair<std::string_view, int32_t>> views(const std::vector<VocabularyEntry>& vocabulary) {
  return {vocabulary.begin(), vocabulary.end()};
}

// Returns the indices of the entries in ascending order of ids. If an id occurs twice, the later entry is used.
std::vector<uint32_t> order_by_id(const std::vector<VocabularyEntry>& vocabulary) {
  std::vector<uint32_t> order(vocabulary.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(order.size() - 1 - i);
  const auto id = [&](uint32_t i) { return vocabulary[i].second; };
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return id(a) < id(b); });
  order.erase(std::unique(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return id(a) == id(b); }),
              order.end());
  return order;
}

bool is_longer_than(std::string_view word, size_t max_characters) {
  if (word.size() <= max_characters) return false;
  return count_code_points(word) > max_characters;
}

}  // namespace

WordPiece::WordPiece(std::vector<VocabularyEntry> vocabulary, Settings settings, std::string source)
    : vocabulary_(std::move(vocabulary)),
      by_id_(order_by_id(vocabulary_)),
      settings_(std::move(settings)),
      source_(std::move(source)),
      trie_(views(vocabulary_)),
      continuation_(trie_.walk(TokenTrie::kRoot, settings_.continuing_prefix)),
      unknown_id_(trie_.find(settings_.unknown_token)) {
  for (const auto& [token, id] : vocabulary_) num_tokens_ += trie_.find(token) == id;
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

std::optional<std::string_view> WordPiece::token(int32_t id) const {
  const auto found = std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                      [&](uint32_t entry, int32_t value) { return vocabulary_[entry].second < value; });
  if (found == by_id_.end() || vocabulary_[*found].second != id) return std::nullopt;
  return vocabulary_[*found].first;
}

std::unique_ptr<TokenModel> make_word_piece(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                            const std::string& source) {
  const std::string part = source + ": model";
  WordPiece::Settings values;
  values.unknown_token = string_field(settings, "unk_token", values.unknown_token, part);
  values.continuing_prefix = string_field(settings, "continuing_subword_prefix", values.continuing_prefix, part);
  values.max_characters = static_cast<size_t>(integer_field(
      settings, "max_input_chars_per_word", static_cast<int64_t>(values.max_characters), INT32_MAX, part));
  return std::make_unique<WordPiece>(std::move(vocabulary), std::move(values), source);
}

}  // namespace hone::text
