// Walks a trie from each position where a token may begin. Finds the same matches as tokenizers' leftmost-longest
// automaton.
#include "text/added_tokens.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "base/utf8.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

const std::string& pattern_of(const AddedToken& token) {
  return token.normalized ? token.normalized_content : token.content;
}

std::vector<AddedToken> select(std::span<const AddedToken> tokens, bool normalized) {
  std::vector<AddedToken> result;
  for (const AddedToken& token : tokens) {
    if (token.normalized == normalized && !pattern_of(token).empty()) result.push_back(token);
  }
  return result;
}

std::vector<std::pair<std::string_view, int32_t>> patterns(const std::vector<AddedToken>& tokens) {
  std::vector<std::pair<std::string_view, int32_t>> result;
  result.reserve(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) result.emplace_back(pattern_of(tokens[i]), static_cast<int32_t>(i));
  return result;
}

char32_t character_before(std::string_view text, size_t end) {
  const char* p = text.data() + end - 1;
  while (is_continuation(*p)) --p;
  return next_code_point(p);
}

char32_t character_at(std::string_view text, size_t begin) {
  const char* p = text.data() + begin;
  return next_code_point(p);
}

bool is_inside_word(std::string_view text, size_t begin, size_t end) {
  return (begin > 0 && is_word_character(character_before(text, begin))) ||
         (end < text.size() && is_word_character(character_at(text, end)));
}

size_t skip_space_left(std::string_view text, size_t begin, size_t limit) {
  while (begin > limit) {
    const char32_t code = character_before(text, begin);
    if (!is_whitespace(code)) break;
    begin -= utf8_length(code);
  }
  return begin;
}

size_t skip_space_right(std::string_view text, size_t end) {
  while (end < text.size()) {
    const char32_t code = character_at(text, end);
    if (!is_whitespace(code)) break;
    end += utf8_length(code);
  }
  return end;
}

// Returns whether the range overlaps one of the ranges, which are in order.
bool overlaps(std::span<const Offset> ranges, size_t begin, size_t end) {
  const auto after = std::lower_bound(ranges.begin(), ranges.end(), begin,
                                      [](const Offset& range, size_t b) { return range.end <= b; });
  return after != ranges.end() && after->begin < end;
}

std::string normalize(const std::string& content, const Normalizer& normalizer) {
  NormalizedText text = to_normalized_text(content);
  normalizer(text);
  return to_utf8(text);
}

// New ids continue from the number of the model's tokens (not from its highest id), or from the highest added id.
std::vector<AddedToken> with_ids(std::vector<AddedToken> added, const TokenModel& model, const Normalizer& normalizer) {
  std::vector<AddedToken> result;
  std::unordered_map<std::string, int32_t> id_of;  // by content
  std::unordered_map<int32_t, size_t> index_of;    // in result, by id
  auto next_id = static_cast<int32_t>(std::min<size_t>(model.num_tokens(), INT32_MAX - added.size()));
  for (AddedToken& token : added) {
    if (token.content.empty()) continue;
    const auto [known, is_new] = id_of.try_emplace(token.content, -1);
    if (is_new) {
      const std::optional<int32_t> in_model = model.token_id(token.content);
      known->second = in_model ? *in_model : next_id++;
    }
    token.id = known->second;
    if (token.normalized) token.normalized_content = normalize(token.content, normalizer);
    const auto [place, is_new_id] = index_of.try_emplace(token.id, result.size());
    if (is_new_id) {
      result.push_back(std::move(token));
    } else {
      result[place->second] = std::move(token);
    }
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return result;
}

}  // namespace

AddedTokenFinder::AddedTokenFinder(std::span<const AddedToken> tokens, bool normalized)
    : tokens_(select(tokens, normalized)), trie_(patterns(tokens_)) {
  for (const AddedToken& token : tokens_) is_first_byte_[static_cast<unsigned char>(pattern_of(token)[0])] = true;
  if (std::count(is_first_byte_.begin(), is_first_byte_.end(), true) == 1) {
    only_first_byte_ = static_cast<unsigned char>(pattern_of(tokens_[0])[0]);
  }
}

size_t AddedTokenFinder::next_candidate(std::string_view text, size_t from) const {
  if (only_first_byte_ >= 0) {
    const void* found = std::memchr(text.data() + from, only_first_byte_, text.size() - from);
    return found == nullptr ? text.size() : static_cast<size_t>(static_cast<const char*>(found) - text.data());
  }
  while (from < text.size() && !is_first_byte_[static_cast<unsigned char>(text[from])]) ++from;
  return from;
}

bool AddedTokenFinder::has_special_tokens() const {
  return std::any_of(tokens_.begin(), tokens_.end(), [](const AddedToken& token) { return token.special; });
}

// Returns the longest token at `begin` that is not special or overlaps no plain range.
std::optional<AddedTokenFinder::Found> AddedTokenFinder::longest_allowed(std::string_view text, size_t begin,
                                                                         std::span<const Offset> plain) const {
  std::optional<Found> found;
  trie_.each_prefix(text.substr(begin), [&](int32_t id, size_t length) {
    const AddedToken& token = tokens_[static_cast<size_t>(id)];
    if (!token.special || !overlaps(plain, begin, begin + length)) found = Found{&token, begin, begin + length};
  });
  return found;
}

std::optional<AddedTokenFinder::Found> AddedTokenFinder::find(std::string_view text, size_t from,
                                                              std::span<const Offset> plain) const {
  for (from = next_candidate(text, from); from < text.size(); from = next_candidate(text, from + 1)) {
    const TokenTrie::Match match = trie_.longest(TokenTrie::kRoot, text.substr(from));
    if (match.length == 0) continue;
    if (plain.empty()) return Found{&tokens_[static_cast<size_t>(match.id)], from, from + match.length};
    if (const auto found = longest_allowed(text, from, plain)) return found;
  }
  return std::nullopt;
}

std::vector<TextPiece> AddedTokenFinder::split(std::string_view text, std::span<const Offset> plain) const {
  std::vector<TextPiece> pieces;
  size_t free_from = 0;
  size_t from = tokens_.empty() ? text.size() : 0;
  while (from < text.size()) {
    const std::optional<Found> found = find(text, from, plain);
    if (!found) break;
    from = found->end;
    const AddedToken& token = *found->token;
    if (token.single_word && is_inside_word(text, found->begin, found->end)) continue;
    const size_t begin =
        token.lstrip ? skip_space_left(text, found->begin, free_from) : std::max(found->begin, free_from);
    const size_t end = token.rstrip ? skip_space_right(text, found->end) : std::max(found->end, begin);
    if (free_from < begin) pieces.push_back({-1, free_from, begin});
    pieces.push_back({token.id, begin, end});
    free_from = end;
  }
  if (free_from < text.size()) pieces.push_back({-1, free_from, text.size()});
  return pieces;
}

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const TokenModel& model, const Normalizer& normalizer)
    : tokens_(with_ids(std::move(tokens), model, normalizer)), raw_(tokens_, false), normalized_(tokens_, true) {}

const AddedToken* AddedTokens::find(int32_t id) const {
  const auto found =
      std::lower_bound(tokens_.begin(), tokens_.end(), id, [](const AddedToken& t, int32_t i) { return t.id < i; });
  return found == tokens_.end() || found->id != id ? nullptr : &*found;
}

const AddedToken* AddedTokens::find(std::string_view content) const {
  const auto found =
      std::find_if(tokens_.begin(), tokens_.end(), [&](const AddedToken& t) { return t.content == content; });
  return found == tokens_.end() ? nullptr : &*found;
}

}  // namespace hone::text
