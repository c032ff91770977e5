// The one-pass encoder must return what the parts return one after the other: ids, offsets and words.
#include "text/spaced_bpe_encoder.h"

#include <random>

#include "base/utf8.h"
#include "expect_error.h"
#include "text/random_text.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_state.h"

namespace hone::text::spaced_bpe_encoder_test {

namespace {

const std::string kMark = "\xE2\x96\x81";  // U+2581

Json metaspace(const char* scheme, bool splits) {
  return {{"type", "Metaspace"}, {"replacement", kMark}, {"prepend_scheme", scheme}, {"split", splits}};
}

Json replace_spaces() { return {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kMark}}; }

Json prepend_and_replace() {
  return {{"type", "Sequence"},
          {"normalizers", Json::array({Json{{"type", "Prepend"}, {"prepend", kMark}}, replace_spaces()})}};
}

// Makes the vocabulary of the byte tokens, of `characters`, and of all that the merges need.
Json model_json(const std::vector<std::string>& characters,
                const std::vector<std::pair<std::string, std::string>>& merges) {
  Json vocabulary = {{"<unk>", 0}}, pairs = Json::array();
  const auto add = [&](const std::string& token) {
    if (!vocabulary.contains(token)) vocabulary[token] = vocabulary.size();
  };
  for (int byte = 0; byte < 256; ++byte) add(fmt::format("<0x{:02X}>", byte));
  for (const std::string& character : characters) add(character);
  for (const auto& [left, right] : merges) {
    for (const std::string& token : {left, right, left + right}) add(token);
    pairs.push_back(Json::array({left, right}));
  }
  return {{"type", "BPE"},        {"byte_fallback", true}, {"fuse_unk", true},
          {"unk_token", "<unk>"}, {"vocab", vocabulary},   {"merges", pairs}};
}

Tokenizer::State state_of(const Json& normalizer, const Json& pre_tokenizer, const Json& model) {
  const Json added = Json::array({Json{{"id", 0}, {"content", "<unk>"}, {"special", true}, {"normalized", false}}});
  TokenizerSpec spec;
  parse_tokenizer_json(
      Json{{"added_tokens", added}, {"normalizer", normalizer}, {"pre_tokenizer", pre_tokenizer}, {"model", model}}
          .dump(),
      "t.json", spec);
  return Tokenizer::State(std::move(spec));
}

struct Result {
  Ids ids;
  std::vector<Offset> offsets;
  std::vector<uint32_t> words;
  friend bool operator==(const Result&, const Result&) = default;
};

Result by_encoder(const Tokenizer::State& state, const std::string& text, uint32_t begin) {
  TokenBuffer tokens, plain;
  state.one_pass.spaced_bpe->encode(text, begin, /*with_offsets=*/true, tokens);
  state.one_pass.spaced_bpe->encode(text, begin, /*with_offsets=*/false, plain);
  const Ids ids(tokens.ids(), tokens.ids() + tokens.size());
  CHECK(Ids(plain.ids(), plain.ids() + plain.size()) == ids);
  return {ids, tokens.offsets, tokens.words};
}

Result by_parts(const Tokenizer::State& state, const std::string& text, uint32_t begin) {
  NormalizedText characters = to_normalized_text(text, begin);
  state.normalizer(characters);
  Words words{{0, characters.size()}};
  state.pre_tokenizer(characters, words);
  Result result;
  uint32_t number = 0;
  for (const WordRange& word : words) {
    if (word.begin == word.end) continue;
    std::vector<Offset> of_bytes;  // the place of the character of each byte
    for (size_t i = word.begin; i < word.end; ++i) {
      of_bytes.insert(of_bytes.end(), utf8_length(characters[i].code), characters[i].origin);
    }
    std::vector<Token> tokens;
    state.model->tokenize(to_utf8({characters.data() + word.begin, word.end - word.begin}), tokens);
    for (const Token& token : tokens) {
      result.ids.push_back(token.id);
      result.offsets.push_back({of_bytes[token.begin].begin, of_bytes[token.end - 1].end});
      result.words.push_back(number);
    }
    ++number;
  }
  return result;
}

void check_text(const Tokenizer::State& state, const std::string& text) {
  for (const uint32_t begin : {0u, 7u}) {
    const Result expected = by_parts(state, text, begin);
    if (by_encoder(state, text, begin) == expected) continue;
    CAPTURE(text);
    CHECK(by_encoder(state, text, begin).ids == expected.ids);
    CHECK(by_encoder(state, text, begin).offsets == expected.offsets);
    CHECK(by_encoder(state, text, begin).words == expected.words);
  }
}

const std::vector<std::pair<Json, Json>>& spacings() {
  static const Json split = {
      {"type", "Split"}, {"pattern", {{"String", " "}}}, {"behavior", "MergedWithPrevious"}, {"invert", false}};
  static const std::vector<std::pair<Json, Json>> result = {
      {nullptr, metaspace("first", false)}, {nullptr, metaspace("always", false)},
      {nullptr, metaspace("never", false)}, {nullptr, metaspace("always", true)},
      {nullptr, metaspace("first", true)},  {prepend_and_replace(), nullptr},
      {replace_spaces(), nullptr},          {replace_spaces(), split}};
  return result;
}

}  // namespace

TEST_CASE("random vocabularies have the ids, offsets and words of the parts, also if merges join a space behind") {
  const std::vector<std::string> characters = {kMark, "a", "b", "\xE4\xB8\xAD", "e\xCC\x81"};
  const std::vector<std::string> pieces = {" ",        " ", "a",    "b", "\xE4\xB8\xAD", kMark, "\xE6\x96\x87",
                                           "\xCC\x81", "e", "<unk>"};
  std::mt19937 draw(11);
  size_t num_joining = 0;
  for (int round = 0; round < 120; ++round) {
    const bool may_join = round % 3 == 0;
    std::vector<std::string> known(characters.begin(), characters.begin() + 4);
    std::vector<std::pair<std::string, std::string>> merges;
    for (size_t i = 4 + draw() % 40; i > 0; --i) {
      const std::string left = known[draw() % known.size()], right = known[draw() % known.size()];
      const bool joins = right.starts_with(kMark) && !left.ends_with(kMark);
      if ((joins && !may_join) || left.size() + right.size() > 60) continue;
      num_joining += joins ? 1 : 0;
      merges.emplace_back(left, right);
      known.push_back(left + right);
    }
    std::shuffle(merges.begin(), merges.end(), draw);
    const Json model = model_json(characters, merges);
    const auto& [normalizer, pre_tokenizer] = spacings()[draw() % spacings().size()];
    CAPTURE(pre_tokenizer.dump());
    CAPTURE(model["merges"].dump());
    const Tokenizer::State state = state_of(normalizer, pre_tokenizer, model);
    REQUIRE(state.one_pass.spaced_bpe != nullptr);
    for (int i = 0; i < 150; ++i) {
      std::string text;
      for (size_t j = draw() % (i % 10 == 0 ? 120 : 14); j > 0; --j) text += pieces[draw() % pieces.size()];
      check_text(state, text);
    }
  }
  CHECK(num_joining > 50);
}

TEST_CASE("a merge that joins a character with the space behind it is kept") {
  const Json joining = model_json({kMark, "a", "b"}, {{"a", kMark}, {"a" + kMark, "b"}, {kMark, "b"}});
  const Tokenizer::State state = state_of(replace_spaces(), nullptr, joining);
  REQUIRE(state.one_pass.spaced_bpe != nullptr);
  const Result result = by_encoder(state, "a b b", 0);
  REQUIRE(result.ids.size() == 2);
  CHECK(state.model->token(result.ids[0]) == "a" + kMark + "b");
  CHECK(state.model->token(result.ids[1]) == kMark + "b");
  CHECK(result.offsets == std::vector<Offset>{{0, 3}, {3, 5}});
}

TEST_CASE("small models of SentencePiece have the ids, offsets and words of the parts") {
  for (const char* name : {"llama", "llama_legacy", "llama_json"}) {
    CAPTURE(name);
    const Tokenizer::State state(
        read_tokenizer_folder(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "sentence_piece" / name));
    REQUIRE(state.one_pass.spaced_bpe != nullptr);
    const RandomText random(8);
    std::string joined;
    for (uint64_t i = 0; i < 2'000; ++i) {
      joined += random(i);
      check_text(state, i % 40 == 0 ? std::exchange(joined, "") : random(i));
    }
  }
}

TEST_CASE("the encoder is made only for its own parts and vocabularies") {
  const std::vector<std::pair<std::string, std::string>> merges = {{"a", "b"}, {kMark, "ab"}};
  const Json model = model_json({kMark, "a"}, merges), whole = metaspace("first", false);
  const auto makes = [](const Json& normalizer, const Json& pre_tokenizer, const Json& of) {
    return state_of(normalizer, pre_tokenizer, of).one_pass.spaced_bpe != nullptr;
  };
  const auto changed = [&](const char* key, const Json& value) {
    Json result = model;
    result[key] = value;
    return result;
  };
  CHECK(makes(nullptr, whole, model));
  CHECK(!makes({{"type", "NFC"}}, whole, model));
  CHECK(!makes({{"type", "NFC"}}, nullptr, model));
  CHECK(!makes(nullptr, {{"type", "WhitespaceSplit"}}, model));
  CHECK(!makes(nullptr, nullptr, model));
  Json other = whole;
  other["replacement"] = "_";
  CHECK(!makes(nullptr, other, model));
  CHECK(!makes(nullptr, whole, changed("byte_fallback", false)));
  CHECK(!makes(nullptr, whole, changed("ignore_merges", true)));
  CHECK(!makes(nullptr, whole, changed("end_of_word_suffix", "x")));
  // Without U+2581, without a byte, and with a byte that merges, other characters have other tokens.
  CHECK(!makes(nullptr, whole, model_json({"a"}, {{"a", "b"}})));
  Json few = model;
  few["vocab"].erase("<0x41>");
  CHECK(!makes(nullptr, whole, few));
  CHECK(!makes(nullptr, whole, model_json({kMark}, {{"<0x41>", "<0x42>"}})));
}

TEST_CASE("a megabyte of one character takes a moment and gives the ids of the parts") {
  std::vector<std::pair<std::string, std::string>> merges;
  for (const std::string& unit : {std::string("a"), kMark, std::string("\xE4\xB8\xAD")}) {
    for (std::string run = unit; run.size() < 16 * unit.size(); run += run) merges.emplace_back(run, run);
  }
  merges.emplace_back("a", "\xCC\x80");
  const Tokenizer::State state = state_of(nullptr, metaspace("first", false), model_json({"e"}, merges));
  REQUIRE(state.one_pass.spaced_bpe != nullptr);
  for (const char* unit : {"a", " ", "a\xCC\x80", "\xE4\xB8\xAD", "\xE2\x96\x81", "\xE6\x96\x87", "e", "\n"}) {
    CAPTURE(unit);
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    CHECK(by_encoder(state, text, 0) == by_parts(state, text, 0));
  }
}

}  // namespace hone::text::spaced_bpe_encoder_test
