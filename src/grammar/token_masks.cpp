#include "grammar/token_masks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "text/decode_stream.h"

namespace hone::grammar {

namespace {

constexpr size_t kMaxMaskBytes = 64 << 20;  // of all masks together

bool has_bit(const std::vector<uint64_t>& bits, size_t index) {
  return index / 64 < bits.size() && (bits[index / 64] >> (index % 64) & 1) != 0;
}

size_t common_beginning(std::string_view a, std::string_view b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

SortedTokens::SortedTokens(const std::vector<std::string>& bytes) {
  for (size_t id = 0; id < bytes.size(); ++id) {
    if (!bytes[id].empty()) tokens_.push_back({static_cast<int32_t>(id), 0, bytes[id]});
  }
  std::ranges::sort(tokens_, {}, &Token::bytes);
  for (size_t i = 1; i < tokens_.size(); ++i) {
    tokens_[i].common = static_cast<uint32_t>(common_beginning(tokens_[i - 1].bytes, tokens_[i].bytes));
  }
}

TokenMasks::TokenMasks(const Grammar& grammar, const text::Tokenizer& tokenizer)
    : automaton_(grammar), later_({}), source_(grammar.source) {
  text::TokenBytes bytes = text::DecodeStream::token_bytes(tokenizer);
  first_bytes_ = std::move(bytes.first);
  later_bytes_ = std::move(bytes.later);
  later_ = SortedTokens(later_bytes_);
  if (first_bytes_ != later_bytes_) first_ = std::make_unique<SortedTokens>(first_bytes_);
}

TokenMasks::Text TokenMasks::with(const Text& text, int32_t token) {
  const auto& all = text.is_empty ? first_bytes_ : later_bytes_;
  check_internal(token >= 0 && static_cast<size_t>(token) < all.size(), "a token of the vocabulary");
  Automaton::State state = text.state;
  for (const char c : all[static_cast<size_t>(token)]) {
    if (state != Automaton::kDead) state = automaton_.next(state, static_cast<uint8_t>(c));
  }
  check_internal(state != Automaton::kDead, "a token that the grammar allows");
  return {state, false};
}

TokenMasks::Mask TokenMasks::computed(const Text& text, int64_t farthest) {
  Mask mask;
  mask.bits.resize(later_bytes_.size() / 64 + 1);
  std::vector<Automaton::State> states{text.state};  // after each byte of the token before
  size_t num_alive = 0;                              // bytes of it that do not lead to a dead end
  for (const auto& [id, common, bytes] : tokens_of(text).tokens()) {
    // The token before died within the beginning that both share.
    if (common > num_alive) continue;
    num_alive = common;
    states.resize(num_alive + 1);
    while (num_alive < bytes.size()) {
      const Automaton::State next = automaton_.next(states.back(), static_cast<uint8_t>(bytes[num_alive]));
      if (next == Automaton::kDead) break;
      states.push_back(next);
      ++num_alive;
    }
    if (num_alive < bytes.size()) continue;
    const int64_t left = automaton_.shortest(states.back());
    if (left > farthest) continue;
    mask.farthest = std::max(mask.farthest, left);
    mask.bits[static_cast<size_t>(id) / 64] |= uint64_t{1} << (id % 64);
  }
  return mask;
}

const TokenMasks::Mask& TokenMasks::mask_of(const Text& text) {
  const int64_t key = int64_t{text.state} * 2 + (text.is_empty ? 1 : 0);
  const auto found = masks_.find(key);
  if (found != masks_.end()) return found->second;
  if (masks_.size() * (later_bytes_.size() / 8 + 1) > kMaxMaskBytes) masks_.clear();
  return masks_.emplace(key, computed(text, kNoEnd)).first->second;
}

std::string TokenMasks::bytes_after(Automaton::State state) {
  constexpr size_t kShown = 8;
  std::vector<std::string> bytes;
  for (int byte = 0; byte < 256 && bytes.size() < kShown; ++byte) {
    if (automaton_.next(state, static_cast<uint8_t>(byte)) == Automaton::kDead) continue;
    const bool is_visible = byte > 0x20 && byte < 0x7F;
    bytes.push_back(is_visible ? fmt::format("'{}'", static_cast<char>(byte)) : fmt::format("0x{:02X}", byte));
  }
  return fmt::format("{}{}", fmt::join(bytes, ", "), bytes.size() == kShown ? ", ..." : "");
}

void TokenMasks::apply(const Text& text, int64_t tokens_left, std::span<const int32_t> stop_ids,
                       std::span<float> scores) {
  const Mask* mask = &mask_of(text);
  Mask near;
  if (mask->farthest > tokens_left - 1) {
    near = computed(text, tokens_left - 1);
    mask = &near;
  }
  constexpr float kNever = -std::numeric_limits<float>::infinity();
  std::vector<std::pair<size_t, float>> stops;
  for (const int32_t id : stop_ids) {
    if (id >= 0 && static_cast<size_t>(id) < scores.size()) stops.emplace_back(id, scores[static_cast<size_t>(id)]);
  }
  // A stop id that may also be text ends the answer.
  for (const auto& [id, score] : stops) scores[id] = kNever;
  bool has_any = false;
  for (size_t id = 0; id < scores.size(); ++id) {
    if (has_bit(mask->bits, id)) {
      has_any = true;
    } else {
      scores[id] = kNever;
    }
  }
  if (automaton_.accepts(text.state)) {
    for (const auto& [id, score] : stops) scores[id] = score;
    has_any = has_any || !stops.empty();
  }
  if (has_any) return;
  throw Error(
      ErrorKind::kInput,
      fmt::format("{}: no token of this tokenizer writes what may follow: {}", source_, bytes_after(text.state)),
      "use a model whose vocabulary has every byte");
}

}  // namespace hone::grammar
