#include "text/word_marks.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/character_kind.h"
#include "text/tokenizer_state.h"

namespace hone::text {

namespace {

constexpr std::string_view kVisibleSpace = "\xE2\x96\x81";  // U+2581, of SentencePiece

// Returns whether a part of tokenizer.json, or a part of it, has this type.
bool has_type(const Json& part, std::string_view type) {
  if (part.is_object() && part.value("type", "") == type) return true;
  if (!part.is_structured()) return false;
  return std::any_of(part.begin(), part.end(), [type](const Json& inner) { return has_type(inner, type); });
}

bool has_visible_spaces(const TokenizerSpec& spec) {
  for (const Json* part : {&spec.pre_tokenizer, &spec.normalizer, &spec.decoder}) {
    if (part->dump().find(kVisibleSpace) != std::string::npos) return true;
  }
  return false;
}

// Removes the mark of a token's text. Returns whether the token begins a word by itself.
using Unmark = std::function<bool(std::string& text)>;

Unmark unmark_function(const TokenizerSpec& spec) {
  if (spec.model.value("type", "") == "WordPiece") {
    return [prefix = spec.model.value("continuing_subword_prefix", "##")](std::string& text) {
      if (prefix.empty() || !text.starts_with(prefix)) return true;
      text.erase(0, prefix.size());
      return false;
    };
  }
  if (has_type(spec.pre_tokenizer, "ByteLevel") || has_type(spec.decoder, "ByteLevel")) {
    return [](std::string& text) {
      text = from_byte_characters(text);
      const bool follows_space = !text.empty() && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'));
      if (follows_space && text[0] == ' ') text.erase(0, 1);
      return follows_space;
    };
  }
  if (has_visible_spaces(spec)) {
    return [](std::string& text) {
      if (!text.starts_with(kVisibleSpace)) return false;
      text.erase(0, kVisibleSpace.size());
      return true;
    };
  }
  throw Error(
      ErrorKind::kUnsupported,
      fmt::format("{}: its tokens do not tell where a word begins, which masking whole words needs", spec.source),
      "--masking token masks tokens by themselves");
}

}  // namespace

// A part of a character is taken for one of a letter: most characters of several bytes are letters.
std::pair<WordMarks::Kind, WordMarks::Kind> WordMarks::kinds_at_ends(const std::string& text) {
  if (text.empty()) return {Kind::kOthers, Kind::kOthers};
  if (find_invalid_utf8(text) != std::string::npos) return {Kind::kLetters, Kind::kLetters};
  const auto kind_of = [](char32_t code) {
    const CharacterKind kind = CharacterKinds::get().of(code);
    if (is_in(kind, kLetterKinds | kMarkKind)) return Kind::kLetters;
    return is_in(kind, kNumberKind) ? Kind::kDigits : Kind::kOthers;
  };
  const char* p = text.data();
  const Kind first = kind_of(next_code_point(p));
  Kind last = first;
  while (p < text.data() + text.size()) last = kind_of(next_code_point(p));
  return {first, last};
}

WordMarks::WordMarks(const Tokenizer& tokenizer) {
  const Unmark unmark = unmark_function(tokenizer.state_->spec);
  tokens_.resize(static_cast<size_t>(tokenizer.vocab_size()));
  for (int32_t id = 0; id < static_cast<int32_t>(tokens_.size()); ++id) {
    if (!tokenizer.has_token(id)) continue;
    Token& token = tokens_[static_cast<size_t>(id)];
    token.text = tokenizer.token(id);
    if (tokenizer.is_special(id)) continue;
    token.is_marked = unmark(token.text);
    std::tie(token.first, token.last) = kinds_at_ends(token.text);
  }
}

bool WordMarks::begins_word(int32_t previous, int32_t id) const {
  const Token& token = tokens_[static_cast<size_t>(id)];
  return token.is_marked || token.first != tokens_[static_cast<size_t>(previous)].last;
}

}  // namespace hone::text
