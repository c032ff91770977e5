#include "grammar/token_masks.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>

#include "base/json.h"
#include "base/philox.h"
#include "expect_error.h"
#include "grammar/json_schema.h"
#include "grammar/regex_grammar.h"
#include "text/decode_stream.h"

namespace token_masks_test {

using namespace hone;
using namespace hone::grammar;

text::Tokenizer tokenizer(const std::string& name) {
  return text::Tokenizer::load(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / name);
}

Grammar of_regex(const char* regex) { return {{regex_expression(regex, "--regex")}, "--regex"}; }

std::vector<bool> allowed(TokenMasks& masks, const TokenMasks::Text& text, int64_t tokens_left, size_t vocab_size,
                          std::vector<int32_t> stop_ids = {}) {
  std::vector<float> scores(vocab_size, 1);
  masks.apply(text, tokens_left, stop_ids, scores);
  std::vector<bool> result;
  for (const float score : scores) result.push_back(std::isfinite(score));
  return result;
}

// Whether the bytes of a token may follow, byte by byte.
bool may_follow(const Grammar& grammar, std::string_view before, std::string_view bytes) {
  Automaton automaton(grammar);
  Automaton::State state = automaton.begin();
  for (const char c : std::string(before) + std::string(bytes)) {
    if (state != Automaton::kDead) state = automaton.next(state, static_cast<uint8_t>(c));
  }
  return state != Automaton::kDead && !bytes.empty();
}

TEST_CASE("a token may follow if all of its bytes may, also a part of a character") {
  const text::Tokenizer gpt2 = tokenizer("byte_level/gpt2");
  const text::TokenBytes bytes = text::DecodeStream::token_bytes(gpt2);
  for (const char* regex : {"[a-z ]+", "\u4e2d\u6587|\u4e2d", "(Hello|Hell| the)+", "\"[^\"]*\""}) {
    CAPTURE(regex);
    const Grammar grammar = of_regex(regex);
    TokenMasks masks(grammar, gpt2);
    const auto vocab_size = static_cast<size_t>(gpt2.vocab_size()) + 3;  // a model may have more words
    const std::vector<bool> mask = allowed(masks, masks.begin(), 1000, vocab_size);
    for (size_t id = 0; id < vocab_size; ++id) {
      CAPTURE(id);
      CHECK(mask[id] == (id < bytes.later.size() && may_follow(grammar, "", bytes.later[id])));
    }
  }
}

TEST_CASE("the first token of a SentencePiece text loses its space, and bytes are tokens") {
  const std::filesystem::path folder =
      std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / "tinystories-656k-llama";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: ../shared/models is not here");
    return;
  }
  const text::Tokenizer llama = text::Tokenizer::load(folder);
  TokenMasks masks(of_regex("once upon"), llama);
  TokenMasks::Text text = masks.begin();
  std::vector<int32_t> ids;
  while (!masks.is_complete(text)) {
    const std::vector<bool> mask = allowed(masks, text, 100, static_cast<size_t>(llama.vocab_size()));
    ids.push_back(static_cast<int32_t>(std::ranges::find(mask, true) - mask.begin()));
    text = masks.with(text, ids.back());
  }
  CHECK(llama.decode(ids, true) == "once upon");
}

TEST_CASE("stop ids may follow only a text that fits") {
  const text::Tokenizer gpt2 = tokenizer("byte_level/gpt2");
  const auto vocab_size = static_cast<size_t>(gpt2.vocab_size());
  const auto stop = static_cast<int32_t>(vocab_size - 1);
  TokenMasks masks(of_regex("a|ab"), gpt2);
  CHECK_FALSE(allowed(masks, masks.begin(), 10, vocab_size, {stop})[vocab_size - 1]);
  const int32_t a = gpt2.encode("a", {.add_special_tokens = false}).ids[0];
  const TokenMasks::Text text = masks.with(masks.begin(), a);
  CHECK(allowed(masks, text, 10, vocab_size, {stop})[vocab_size - 1]);
  CHECK(masks.accepts(text));
  CHECK_FALSE(masks.is_complete(text));
}

TEST_CASE("an answer of any length that is long enough fits, and parses") {
  const text::Tokenizer gpt2 = tokenizer("byte_level/gpt2");
  const Json schema = parse_json(R"({"type": "object", "properties": {"name": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string", "maxLength": 9}}}, "required": ["name"]})",
                                 "schema.json");
  TokenMasks masks(json_schema_grammar(schema, "schema.json"), gpt2);
  const auto shortest = masks.shortest(masks.begin());
  CHECK(shortest == static_cast<int64_t>(std::string(R"({"name":""})").size()));
  for (int64_t limit : {shortest, shortest + 1, shortest + 9, int64_t{60}}) {
    CAPTURE(limit);
    std::vector<int32_t> ids;
    TokenMasks::Text text = masks.begin();
    for (int64_t left = limit; left > 0 && !masks.is_complete(text); --left) {
      const std::vector<bool> mask = allowed(masks, text, left, static_cast<size_t>(gpt2.vocab_size()));
      std::vector<int32_t> choices;
      for (size_t id = 0; id < mask.size(); ++id) {
        if (mask[id]) choices.push_back(static_cast<int32_t>(id));
      }
      ids.push_back(
          choices[RandomStream{static_cast<uint64_t>(limit)}.word(static_cast<uint64_t>(left)) % choices.size()]);
      text = masks.with(text, ids.back());
    }
    CAPTURE(gpt2.decode(ids, true));
    CHECK(parse_json(gpt2.decode(ids, true), "answer").contains("name"));
  }
}

TEST_CASE("a tokenizer that cannot write the text is an error") {
  const text::Tokenizer uncased = tokenizer("tokenizer/uncased");
  TokenMasks masks(of_regex("[\U0001f9fe\U0001f9ff]"), uncased);
  std::vector<float> scores(static_cast<size_t>(uncased.vocab_size()));
  const Error error = expect_error([&] { masks.apply(masks.begin(), 9, {}, scores); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "--regex: no token of this tokenizer writes what may follow: 0xF0"));
}

}  // namespace token_masks_test
