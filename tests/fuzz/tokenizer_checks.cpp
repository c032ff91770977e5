#include "tokenizer_checks.h"

#include <algorithm>

#include "base/utf8.h"
#include "fuzz_input.h"
#include "plain_unigram.h"
#include "text/decode_stream.h"
#include "text/tokenizer_state.h"

namespace hone::fuzz {

namespace {

using text::DecodeStream;
using text::EncodeOptions;
using text::Encoding;
using text::Offset;
using text::TemplatePiece;
using text::Tokenizer;
using text::TokenizerSpec;
using State = Tokenizer::State;
using StatePointer = std::shared_ptr<const State>;

// The plain Unigram takes quadratic time.
constexpr size_t kMaxPlainText = 400;

// Returns the tokenizer without its encoders of one pass.
StatePointer state_of_parts(const TokenizerSpec& spec) {
  auto state = std::make_shared<State>(spec);
  state->one_pass = {};
  return state;
}

EncodeOptions options_of(bool with_offsets, bool add_special_tokens = true) {
  EncodeOptions options;
  options.with_offsets = with_offsets;
  options.add_special_tokens = add_special_tokens;
  return options;
}

std::optional<Encoding> encoded(const Tokenizer& tokenizer, std::string_view text, const EncodeOptions& options) {
  return accepted([&] { return tokenizer.encode(text, options); });
}

size_t num_texts(const State& state) {
  return static_cast<size_t>(std::ranges::count_if(
      state.post_processor.single, [](const auto& piece) { return piece.kind != TemplatePiece::Kind::kSpecial; }));
}

void require_equal(const std::optional<Encoding>& one, const std::optional<Encoding>& other, const std::string& what) {
  require(one.has_value() == other.has_value(), what + ": only one of them is refused");
  if (!one) return;
  require(one->ids == other->ids, what + ": the ids differ");
  require(one->type_ids == other->type_ids, what + ": the type ids differ");
  if (one->offsets.empty() || other->offsets.empty()) return;
  require(one->offsets == other->offsets, what + ": the offsets differ");
  require(one->word_ids == other->word_ids, what + ": the words differ");
}

void check_ids(const Tokenizer& tokenizer, const Encoding& encoding) {
  for (const int32_t id : encoding.ids) {
    require(id >= 0 && id < tokenizer.vocab_size(), "an id is out of range");
    require(tokenizer.has_token(id), "an id has no token");
    const std::string token(tokenizer.token(id));
    const auto found = tokenizer.token_id(token);
    require(found && tokenizer.token(*found) == token, "a token is not found by its text");
  }
}

bool is_border(std::string_view text, size_t place) {
  return place == text.size() || (place < text.size() && !is_continuation(text[place]));
}

void check_offsets(const State& state, std::string_view text, const Encoding& encoding) {
  require(encoding.offsets.size() == encoding.ids.size(), "the number of offsets");
  require(encoding.word_ids.size() == encoding.ids.size(), "the number of words");
  for (const Offset& offset : encoding.offsets) {
    require(offset.begin <= offset.end && offset.end <= text.size(), "an offset is outside of the text");
    require(is_border(text, offset.begin) && is_border(text, offset.end), "an offset is inside of a character");
  }
  text::to_character_offsets(text, encoding.offsets);
  if (num_texts(state) != 1 || !state.spec.normalizer.is_null()) return;
  Offset last;
  int32_t last_word = 0;
  for (size_t i = 0; i < encoding.ids.size(); ++i) {
    require(encoding.word_ids[i] >= last_word, "words are not in order");
    last_word = encoding.word_ids[i];
    if (encoding.offsets[i] == Offset{}) continue;
    require(encoding.offsets[i].begin >= last.begin, "offsets are not in order");
    last = encoding.offsets[i];
  }
}

void check_truncation(const Tokenizer& tokenizer, const State& state, std::string_view text, size_t length) {
  if (num_texts(state) != 1) return;
  EncodeOptions options = options_of(false);
  options.max_length = tokenizer.num_special_tokens(/*pair=*/false) + 2;
  const Encoding cut = tokenizer.encode(text, options);
  require(cut.ids.size() <= options.max_length, "a truncated text is too long");
  require(cut.ids.size() + cut.num_cut == length, "the number of tokens that truncation removed");
}

// Returns the text of the ids, whose parts must be whole characters.
std::string streamed(const Tokenizer& tokenizer, std::span<const int32_t> ids, bool skip_special_tokens) {
  DecodeStream stream(tokenizer, skip_special_tokens);
  std::string text;
  const auto add = [&](const std::string& part) {
    require(find_invalid_utf8(part) == std::string::npos, "a part of the decoded text is not whole characters");
    text += part;
  };
  for (const int32_t id : ids) add(stream.put(id));
  add(stream.finish());
  return text;
}

void check_decoding(const Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  std::vector<int32_t> with_wrong;
  for (const int32_t id : ids) {
    for (const int64_t wrong : {int64_t{-1}, int64_t{INT32_MIN}, int64_t{INT32_MAX}, tokenizer.vocab_size()}) {
      const bool is_wrong = wrong <= INT32_MAX && !tokenizer.has_token(static_cast<int32_t>(wrong));
      if (is_wrong) with_wrong.push_back(static_cast<int32_t>(wrong));
    }
    with_wrong.push_back(id);
  }
  for (const bool skip : {false, true}) {
    const std::string text = tokenizer.decode(ids, skip);
    require(text == streamed(tokenizer, ids, skip), "the decoded text differs, whole and in parts");
    require(text == tokenizer.decode(with_wrong, skip), "ids without a token change the decoded text");
  }
}

void check_pairs_and_words(const Tokenizer& tokenizer, const Tokenizer& of_parts, std::string_view text) {
  const std::string_view first = whole_characters(text, text.size() / 2), second = text.substr(first.size());
  const std::vector<std::string> words = {std::string(first), std::string(second)};
  for (const bool with_offsets : {false, true}) {
    const EncodeOptions options = options_of(with_offsets);
    const auto pair = [&](const Tokenizer& of) {
      return accepted([&] { return of.encode_pair(first, second, options); });
    };
    require_equal(pair(tokenizer), pair(of_parts), "a pair by one pass and by parts");
    const auto word_ids = [&](const Tokenizer& of) {
      return accepted([&] { return of.encode_words(words, options); });
    };
    require_equal(word_ids(tokenizer), word_ids(of_parts), "words by one pass and by parts");
  }
}

// The saved file must be the same tokenizer, and be saved again with the same bytes. Not with a vocabulary that lacks
// ids: tokenizers gives added tokens ids by their number, so that those of a saved file may be others.
void check_saved(const State& state, std::string_view text, const std::optional<Encoding>& expected) {
  if (static_cast<int64_t>(state.model->num_tokens()) != state.model->highest_id() + 1) return;
  const std::string json = to_tokenizer_json(state.spec, state.added.tokens());
  TokenizerSpec spec;
  spec.source = "saved.json";
  spec.clean_up_spaces = state.spec.clean_up_spaces;
  const auto loaded = accepted([&] {
    parse_tokenizer_json(json, spec.source, spec);
    return std::make_shared<const State>(std::move(spec));
  });
  require(loaded.has_value(), "the saved tokenizer.json is refused");
  require(to_tokenizer_json((*loaded)->spec, (*loaded)->added.tokens()) == json, "the saved tokenizer.json changes");
  const Tokenizer tokenizer(*loaded);
  require_equal(encoded(tokenizer, text, options_of(true)), expected, "the saved tokenizer and its origin");
  if (!expected) return;
  const Tokenizer origin(std::make_shared<const State>(state.spec));
  require(tokenizer.decode(expected->ids, true) == origin.decode(expected->ids, true),
          "the saved tokenizer decodes differently");
}

void check_unigram(const State& state, std::string_view text) {
  if (state.spec.model.value("type", Json()) != "Unigram" || text.size() > kMaxPlainText) return;
  const auto expected = accepted([&] { return plain_unigram(state.spec, text); });
  const auto found = accepted([&] {
    std::vector<text::Token> tokens;
    state.model->tokenize(text, tokens);
    return tokens;
  });
  require(expected.has_value() == found.has_value(), "Unigram: only one of the two refuses the text");
  const auto is_equal = [](const text::Token& one, const text::Token& other) {
    return one.id == other.id && one.begin == other.begin && one.end == other.end;
  };
  require(!found || std::ranges::equal(*found, *expected, is_equal), "Unigram differs from its definition");
}

}  // namespace

void check_tokenizer(const TokenizerSpec& spec, std::string_view text) {
  const auto state = std::make_shared<const State>(spec);
  const Tokenizer tokenizer(state), of_parts(state_of_parts(spec));
  const auto expected = encoded(of_parts, text, options_of(true));
  for (const bool with_offsets : {false, true, false}) {  // the last time with the caches of the thread
    const auto found = encoded(tokenizer, text, options_of(with_offsets));
    require_equal(found, expected, "a text by one pass and by parts");
  }
  check_pairs_and_words(tokenizer, of_parts, text);
  check_unigram(*state, text);
  if (expected) {
    check_ids(tokenizer, *expected);
    check_offsets(*state, text, tokenizer.encode(text, options_of(true, /*add_special_tokens=*/false)));
    check_truncation(tokenizer, *state, text, expected->ids.size());
    check_decoding(tokenizer, expected->ids);
  }
  check_saved(*state, text, expected);
}

}  // namespace hone::fuzz
