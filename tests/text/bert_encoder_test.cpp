// The one-pass encoder must return the same as normalizer, pre-tokenizer and model one after the other.
#include "text/bert_encoder.h"

#include "text/pre_tokenizers.h"
#include "text/random_text.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::bert_encoder_test {

namespace {

std::vector<VocabularyEntry> vocabulary() {
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture("uncased"));
  std::vector<VocabularyEntry> result;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) result.emplace_back(std::string(tokenizer.token(id)), id);
  return result;
}

struct Tokens {
  Ids ids;
  std::vector<Offset> offsets;
};

Tokens by_parts(const Normalizer& normalizer, const PreTokenizer& pre_tokenizer, const WordPiece& model,
                const std::string& text) {
  NormalizedText characters = to_normalized_text(text);
  normalizer(characters);
  Words words{{0, characters.size()}};
  pre_tokenizer(characters, words);
  Tokens result;
  for (const WordRange& word : words) {
    std::vector<Offset> origins;
    std::string bytes;
    for (size_t i = word.begin; i < word.end; ++i) {
      append_utf8(bytes, characters[i].code);
      origins.resize(bytes.size(), characters[i].origin);
    }
    std::vector<Token> tokens;
    model.tokenize(bytes, tokens);
    for (const Token& token : tokens) {
      result.ids.push_back(token.id);
      result.offsets.push_back({origins[token.begin].begin, origins[token.end - 1].end});
    }
  }
  return result;
}

Ids ids_of(const TokenBuffer& tokens) { return {tokens.ids(), tokens.ids() + tokens.size()}; }

}  // namespace

TEST_CASE("the one-pass encoder equals the separate parts for all settings") {
  const WordPiece model(vocabulary(), {}, "test");
  const PreTokenizer pre_tokenizer = make_pre_tokenizer({{"type", "BertPreTokenizer"}}, "test");
  const RandomText random(3);
  for (int bits = 0; bits < 16; ++bits) {
    const Json spec = {{"type", "BertNormalizer"},
                       {"clean_text", (bits & 1) != 0},
                       {"handle_chinese_chars", (bits & 2) != 0},
                       {"strip_accents", (bits & 4) != 0},
                       {"lowercase", (bits & 8) != 0}};
    const Normalizer normalizer = make_normalizer(spec, "test");
    const BertEncoder encoder(bert_normalizer_settings(spec, "test"), model);
    TokenBuffer plain, with_offsets;
    for (uint64_t i = 0; i < 3000; ++i) {
      const std::string text = random(i);
      plain.clear();
      with_offsets.clear();
      encoder.encode(text, plain);
      encoder.encode_with_offsets(text, 0, with_offsets);
      const Tokens expected = by_parts(normalizer, pre_tokenizer, model, text);
      const bool is_same = ids_of(plain) == expected.ids && ids_of(with_offsets) == expected.ids &&
                           with_offsets.offsets == expected.offsets;
      if (!is_same) FAIL("settings ", bits, ": different for random string ", i, ": ", text);
    }
  }
}

TEST_CASE("two encoders in one thread do not share cached words") {
  const WordPiece one({{"[UNK]", 0}, {"movie", 1}}, {}, "test"), other({{"[UNK]", 0}, {"movie", 2}}, {}, "test");
  const BertEncoder first({}, one), second({}, other);
  for (int round = 0; round < 3; ++round) {
    TokenBuffer a, b;
    first.encode("Movie movie", a);
    second.encode("movie MOVIE", b);
    CHECK(ids_of(a) == Ids{1, 1});
    CHECK(ids_of(b) == Ids{2, 2});
  }
}

TEST_CASE("words of 15, 16 and 17 letters are encoded correctly at the end of the text and before it") {
  const WordPiece model({{"[UNK]", 0}, {"a", 1}, {"##a", 2}}, {}, "test");
  const BertEncoder encoder({}, model);
  for (size_t length : {1, 14, 15, 16, 17, 31, 32, 33, 100, 101}) {
    for (const char* after : {"", " ", "\xCC\x81", " a a a a a a a a a"}) {
      TokenBuffer tokens;
      encoder.encode(std::string(length, 'A') + after, tokens);
      Ids expected(length > 100 ? 1 : length, 2);
      expected[0] = length > 100 ? 0 : 1;
      if (std::string_view(after).size() > 10) expected.insert(expected.end(), 9, 1);
      CHECK(ids_of(tokens) == expected);
    }
  }
}

}  // namespace hone::text::bert_encoder_test
