// Viterbi's algorithm over the bytes of a word. A step begins only at the first byte of a character.
#include "text/unigram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/utf8.h"

namespace hone::text {

namespace {

constexpr double kUnknownPenalty = 10;

std::vector<std::pair<std::string_view, int32_t>> tokens_with_ids(const std::vector<ScoredToken>& vocabulary) {
  std::vector<std::pair<std::string_view, int32_t>> tokens;
  for (const auto& [token, score] : vocabulary) tokens.emplace_back(token, static_cast<int32_t>(tokens.size()));
  return tokens;
}

uint32_t length_of_character(std::string_view text) {
  const char* end = text.data();
  next_code_point(end);
  return static_cast<uint32_t>(end - text.data());
}

std::vector<int32_t> byte_tokens(const TokenTrie& trie) {
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
    num_tokens_ += trie_.find(token) == static_cast<int32_t>(id);
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
  for (uint32_t begin = 0; begin < word.size();) {
    const double score_before = steps[begin].score;
    const uint32_t character = length_of_character(word.substr(begin));
    bool covers_character = false;
    trie_.each_prefix(word.substr(begin), [&](int32_t id, size_t length) {
      Step& step = steps[begin + length];
      const double score = score_before + vocabulary_[static_cast<size_t>(id)].second;
      if (step.id < 0 || score > step.score) step = {score, begin, id};
      covers_character = covers_character || length == character;
    });
    if (!covers_character) {
      Step& step = steps[begin + character];
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
  thread_local std::vector<Token> path;  // from the end
  path.clear();
  for (auto end = static_cast<uint32_t>(word.size()); end > 0;) {
    const Step& step = steps[end];
    const bool is_unknown = step.id == settings_.unknown_id;
    if (is_unknown && !path.empty() && path.back().id == step.id) {
      path.back().begin = step.begin;
    } else {
      path.push_back({step.id, step.begin, end});
    }
    end = step.begin;
  }
  for (auto token = path.rbegin(); token != path.rend(); ++token) {
    if (token->id == settings_.unknown_id) {
      add_unknown(word, token->begin, token->end, tokens);
    } else {
      tokens.push_back(*token);
    }
  }
}

}  // namespace hone::text
