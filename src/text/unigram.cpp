// Viterbi's algorithm over the bytes of a word. A step begins only at the first byte of a character.
#include "text/unigram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

constexpr double kUnknownPenalty = 10;

std::vector<std::pair<std::string_view, int32_t>> tokens_with_ids(const std::vector<ScoredToken>& vocabulary) {
  std::vector<std::pair<std::string_view, int32_t>> tokens;
  for (const auto& [token, score] : vocabulary) tokens.emplace_back(token, static_cast<int32_t>(tokens.size()));
  return tokens;
}

// Returns the length of the character of checked UTF-8 that begins with this byte.
uint32_t length_of_character(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// A thread keeps its buffers for words of up to this many bytes.
constexpr size_t kMaxKeptSteps = 1 << 16;

std::vector<int32_t> byte_tokens(const DoubleArray& trie) {
  std::vector<int32_t> ids;
  for (int byte = 0; byte < 256; ++byte) {
    const auto id = trie.find(fmt::format("<0x{:02X}>", byte));
    ids.push_back(id.value_or(-1));
  }
  return ids;
}

}  // namespace

Unigram::Unigram(std::vector<ScoredToken> vocabulary, Settings settings, std::string source)
    : vocabulary_(std::move(vocabulary)),
      settings_(settings),
      source_(std::move(source)),
      trie_(tokens_with_ids(vocabulary_)) {
  if (settings_.unknown_id && static_cast<size_t>(*settings_.unknown_id) >= vocabulary_.size()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: unk_id is {}, but the vocabulary has {} tokens", source_,
                                               *settings_.unknown_id, vocabulary_.size()));
  }
  double lowest = std::numeric_limits<double>::infinity();
  for (size_t id = 0; id < vocabulary_.size(); ++id) {
    const auto& [token, score] = vocabulary_[id];
    if (!std::isfinite(score)) {
      throw Error(ErrorKind::kInput, fmt::format("{}: the score of token {} (\"{}\") is not a finite number", source_,
                                                 id, shortened(token, 40)));
    }
    lowest = std::min(lowest, score);
    scores_.push_back(score);
  }
  unknown_score_ = lowest - kUnknownPenalty;
  if (settings_.byte_fallback) byte_ids_ = byte_tokens(trie_);
}

std::optional<std::string_view> Unigram::token(int32_t id) const {
  if (id < 0 || static_cast<size_t>(id) >= vocabulary_.size()) return std::nullopt;
  return vocabulary_[static_cast<size_t>(id)].first;
}

int32_t Unigram::unknown_id() const {
  if (settings_.unknown_id) return *settings_.unknown_id;
  throw Error(ErrorKind::kInput,
              fmt::format("{}: the vocabulary does not cover a character and has no unk_id", source_),
              "name the unknown token's id as unk_id");
}

void Unigram::find_steps(std::string_view word, std::vector<Step>& steps) const {
  steps.assign(word.size() + 1, Step());
  const char* const text = word.data();
  for (uint32_t begin = 0; begin < word.size();) {
    Step* const from = &steps[begin];
    const double score_before = from->score;
    const uint32_t character = length_of_character(text[begin]);
    bool covers_character = false;
    trie_.each_prefix(text + begin, text + word.size(), [&](int32_t id, uint32_t length) {
      Step& step = from[length];
      const double score = score_before + scores_[static_cast<size_t>(id)];
      if (step.id < 0 || score > step.score) step = {score, begin, id};
      covers_character = covers_character || length == character;
    });
    if (!covers_character) {
      Step& step = from[character];
      const double score = score_before + unknown_score_;
      if (step.id < 0 || score > step.score) step = {score, begin, unknown_id()};
    }
    begin += character;
  }
}

// A text that was put together from unknown parts may be a token itself.
void Unigram::add_unknown(std::string_view word, uint32_t begin, uint32_t end, std::vector<Token>& tokens) const {
  const std::string_view part = word.substr(begin, end - begin);
  if (const auto id = trie_.find(part)) {
    tokens.push_back({*id, begin, end});
    return;
  }
  const bool has_bytes = !byte_ids_.empty() && std::ranges::all_of(part, [&](char byte) {
    return byte_ids_[static_cast<unsigned char>(byte)] >= 0;
  });
  if (!has_bytes) {
    tokens.push_back({unknown_id(), begin, end});
    return;
  }
  for (const char byte : part) tokens.push_back({byte_ids_[static_cast<unsigned char>(byte)], begin, end});
}

void Unigram::tokenize(std::string_view word, std::vector<Token>& tokens) const {
  if (word.empty()) return;
  thread_local std::vector<Step> steps;
  find_steps(word, steps);
  const size_t first = tokens.size();
  for (auto end = static_cast<uint32_t>(word.size()); end > 0;) {
    const Step& step = steps[end];
    const bool joins_unknown = step.id == settings_.unknown_id && tokens.size() > first && tokens.back().id == step.id;
    if (joins_unknown) {
      tokens.back().begin = step.begin;
    } else {
      tokens.push_back({step.id, step.begin, end});
    }
    end = step.begin;
  }
  std::reverse(tokens.begin() + static_cast<std::ptrdiff_t>(first), tokens.end());
  if (word.size() > kMaxKeptSteps) steps = {};
  if (settings_.unknown_id) resolve_unknown(word, first, tokens);
}

// Replaces the unknown tokens from `first` on by what tokenizers makes of them.
void Unigram::resolve_unknown(std::string_view word, size_t first, std::vector<Token>& tokens) const {
  const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(first);
  const auto is_unknown = [&](const Token& token) { return token.id == settings_.unknown_id; };
  const auto found = std::find_if(begin, tokens.end(), is_unknown);
  if (found == tokens.end()) return;
  const std::vector<Token> rest(found, tokens.end());
  tokens.erase(found, tokens.end());
  for (const Token& token : rest) {
    if (is_unknown(token)) {
      add_unknown(word, token.begin, token.end, tokens);
    } else {
      tokens.push_back(token);
    }
  }
}

std::unique_ptr<TokenModel> make_unigram(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                         const VocabularyExtras& extras, const std::string& source) {
  const std::string part = source + ": model";
  if (extras.scores.size() != vocabulary.size()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the vocabulary of Unigram has {} tokens, but {} scores", part,
                                               vocabulary.size(), extras.scores.size()));
  }
  std::vector<ScoredToken> scored;
  scored.reserve(vocabulary.size());
  for (size_t i = 0; i < vocabulary.size(); ++i) scored.emplace_back(std::move(vocabulary[i].first), extras.scores[i]);
  Unigram::Settings values;
  if (settings.contains("unk_id") && !settings["unk_id"].is_null()) {
    values.unknown_id = static_cast<int32_t>(integer_field(settings, "unk_id", 0, INT32_MAX, part));
  }
  values.byte_fallback = bool_field(settings, "byte_fallback", false, part);
  return std::make_unique<Unigram>(std::move(scored), values, source);
}

}  // namespace hone::text
