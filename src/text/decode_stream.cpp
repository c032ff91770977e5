#include "text/decode_stream.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "text/byte_level.h"
#include "text/clean_up.h"
#include "text/decoder_stage.h"
#include "text/tokenizer_classes.h"
#include "text/tokenizer_state.h"

namespace hone::text {

namespace {

bool has_part(const Json& decoder, std::string_view type) {
  if (!decoder.is_object()) return false;
  if (decoder.value("type", "") == type) return true;
  const auto parts = decoder.find("decoders");
  return parts != decoder.end() && parts->is_array() &&
         std::ranges::any_of(*parts, [&](const Json& part) { return has_part(part, type); });
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

// Finds the bytes of a token from decoded texts: alone, and behind a word.
class TokenReader {
 public:
  TokenReader(const Tokenizer& tokenizer, const std::string& source) : tokenizer_(tokenizer), source_(source) {
    for (int32_t id = 0; id < tokenizer.vocab_size() && word_text_.empty(); ++id) {
      std::string text = decoded({&id, 1});
      if (!is_word(text)) continue;
      word_ = id;
      word_text_ = std::move(text);
    }
    if (word_text_.empty()) fail("no token is a word");
  }

  std::string first(int32_t id) const { return decoded({&id, 1}); }

  std::string later(int32_t id) const {
    const int32_t both[] = {word_, id};
    std::string text = decoded(both);
    if (!text.starts_with(word_text_)) fail(fmt::format("token {} changes the text before it", id));
    return text.substr(word_text_.size());
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: the tokens have no bytes of their own: {}", source_, why),
                "answers of a given form need a tokenizer that only joins its tokens, such as byte-level BPE");
  }

 private:
  std::string decoded(std::span<const int32_t> ids) const { return tokenizer_.decode(ids, true); }

  const Tokenizer& tokenizer_;
  const std::string& source_;
  int32_t word_ = 0;
  std::string word_text_;
};

}  // namespace

TokenBytes DecodeStream::token_bytes(const Tokenizer& tokenizer) {
  const Tokenizer::State& state = *tokenizer.state_;
  const bool is_byte_level = has_part(state.spec.decoder, "ByteLevel");
  const bool has_byte_tokens = has_part(state.spec.decoder, "ByteFallback");
  const TokenReader reader(tokenizer, state.spec.source);
  if (state.spec.clean_up_spaces) reader.fail("clean_up_tokenization_spaces removes spaces");
  const auto num_ids = static_cast<size_t>(tokenizer.vocab_size());
  TokenBytes bytes{std::vector<std::string>(num_ids), std::vector<std::string>(num_ids)};
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    const auto token = state.decoded_token(id);
    if (!token || state.is_skipped(id)) continue;
    std::string &first = bytes.first[static_cast<size_t>(id)], &later = bytes.later[static_cast<size_t>(id)];
    const std::optional<char> byte = has_byte_tokens ? byte_of_fallback_token(*token) : std::nullopt;
    if (byte || is_byte_level) {
      first = later = byte ? std::string(1, *byte) : from_byte_characters(*token);
    } else {
      first = reader.first(id);
      later = reader.later(id);
    }
  }
  return bytes;
}

DecodeStream::DecodeStream(const Tokenizer& tokenizer, bool skip_special_tokens)
    : state_(tokenizer.state_), skip_special_tokens_(skip_special_tokens), text_(std::make_unique<std::string>()) {
  std::unique_ptr<TokenSink> sink = std::make_unique<TextSink>(*text_);
  if (state_->spec.clean_up_spaces) sink = make_clean_up_sink(std::move(sink));
  const TokenizerClassRow* row = state_->spec.class_row;
  if (row != nullptr && !row->word_end.empty()) sink = make_word_end_sink(row->word_end, std::move(sink));
  sink_ = state_->decoder(std::move(sink));
}

std::string DecodeStream::put(int32_t id) {
  if (skip_special_tokens_ && state_->is_skipped(id)) return "";
  if (const auto token = state_->decoded_token(id)) sink_->put({*token});
  return std::exchange(*text_, "");
}

std::string DecodeStream::finish() {
  sink_->finish();
  return std::exchange(*text_, "");
}

}  // namespace hone::text
