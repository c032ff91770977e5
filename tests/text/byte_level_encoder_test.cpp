// Compares tokenizers of byte-level BPE with Hugging Face's: small folders of every form, and the real vocabularies if
// they are beside the checkout. The one-pass encoder must return the same as the parts one after the other.
#include "text/byte_level_encoder.h"

#include "base/files.h"
#include "base/utf8.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "text/pre_tokenizers.h"
#include "text/random_text.h"
#include "text/token_buffer.h"
#include "text/tokenizer_digests.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_state.h"

namespace hone::text::byte_level_encoder_test {

// All folders that the script makes. In the last two a part of the text has no token, or is not byte-level.
const std::vector<std::string> kCases = {"gpt2",    "gpt2_crlf",     "gpt2_json",         "llama3", "qwen2",
                                         "roberta", "roberta_space", "roberta_untrimmed", "words",  "missing_bytes"};

Tokenizer load(const std::string& name) { return Tokenizer::load(byte_level_fixture(name)); }
Json expected_of(const std::string& name) { return read_json(byte_level_fixture("expected_" + name + ".json")); }

EncodeOptions with_offsets(bool add_special_tokens = true) {
  EncodeOptions options;
  options.with_offsets = true;
  options.add_special_tokens = add_special_tokens;
  return options;
}

// Returns the offsets in characters of each token's own text.
template <typename TextOf>
std::vector<Offset> character_offsets(const Encoding& encoding, const TextOf& text_of) {
  std::vector<Offset> result;
  for (size_t i = 0; i < encoding.offsets.size(); ++i) {
    result.push_back(to_character_offsets(text_of(i), {&encoding.offsets[i], 1})[0]);
  }
  return result;
}

template <typename TextOf>
void check_encoding(const Encoding& encoding, const Json& expected, const TextOf& text_of) {
  CHECK(encoding.ids == expected["ids"].get<Ids>());
  CHECK(encoding.type_ids == expected["type_ids"].get<std::vector<uint8_t>>());
  CHECK(encoding.word_ids == expected["word_ids"].get<Ids>());
  CHECK(character_offsets(encoding, text_of) == json_offsets(expected["offsets"]));
}

TEST_CASE("single texts become Hugging Face's ids, type ids, offsets and words") {
  for (const std::string& name : kCases) {
    CAPTURE(name);
    const Tokenizer tokenizer = load(name);
    const Json expected = expected_of(name);
    CHECK(tokenizer.vocab_size() >= expected["size"].get<int64_t>());
    for (const Json& item : expected["cases"]) {
      const std::string text = item["text"];
      CAPTURE(item["text"].dump());
      check_encoding(tokenizer.encode(text, with_offsets()), item, [&](size_t) { return text; });
      CHECK(tokenizer.encode(text).ids == item["ids"].get<Ids>());
    }
    for (const Json& item : expected["bare"]) {
      EncodeOptions options;
      options.add_special_tokens = false;
      CHECK(tokenizer.encode(item["text"].get<std::string>(), options).ids == item["ids"].get<Ids>());
    }
  }
}

TEST_CASE("pairs become Hugging Face's ids, type ids, offsets and words") {
  for (const std::string& name : kCases) {
    CAPTURE(name);
    const Tokenizer tokenizer = load(name);
    const Json expected = expected_of(name);
    for (const Json& item : expected["pairs"]) {
      const auto texts = item["texts"].get<std::vector<std::string>>();
      CAPTURE(item["texts"].dump());
      const auto sequences = item["sequence_ids"].get<Ids>();
      check_encoding(tokenizer.encode_pair(texts[0], texts[1], with_offsets()), item,
                     [&](size_t i) { return sequences[i] == 1 ? texts[1] : texts[0]; });
      CHECK(tokenizer.encode_pair(texts[0], texts[1]).ids == item["ids"].get<Ids>());
    }
  }
}

TEST_CASE("texts given as words become Hugging Face's ids, offsets and words") {
  for (const std::string& name : kCases) {
    CAPTURE(name);
    const Tokenizer tokenizer = load(name);
    const Json expected = expected_of(name);
    for (const Json& item : expected["words"]) {
      const auto words = item["words"].get<std::vector<std::string>>();
      CAPTURE(item["words"].dump());
      const Encoding encoding = tokenizer.encode_words(words, with_offsets());
      check_encoding(encoding, item, [&](size_t i) {
        return encoding.word_ids[i] < 0 ? std::string() : words[static_cast<size_t>(encoding.word_ids[i])];
      });
      CHECK(tokenizer.encode_words(words).ids == item["ids"].get<Ids>());
    }
  }
}

TEST_CASE("truncation from the left comes before spaces are removed from offsets, as in tokenizers") {
  for (const std::string& name : kCases) {
    CAPTURE(name);
    const Tokenizer tokenizer = load(name);
    const Json expected = expected_of(name);
    for (const Json& item : expected["left"]) {
      const std::string text = item["text"];
      CAPTURE(item.dump());
      EncodeOptions options = with_offsets();
      options.truncation_side = Side::kLeft;
      options.max_length = item["max_length"];
      check_encoding(tokenizer.encode(text, options), item, [&](size_t) { return text; });
    }
  }
}

TEST_CASE("ids decode to Hugging Face's text, also a token that is a part of a character") {
  for (const std::string& name : kCases) {
    CAPTURE(name);
    const Tokenizer tokenizer = load(name);
    const Json expected = expected_of(name);
    for (const Json& item : expected["decoded"]) {
      CAPTURE(item["ids"].dump());
      CHECK(tokenizer.decode(item["ids"].get<Ids>(), false) == item["text"].get<std::string>());
      CHECK(tokenizer.decode(item["ids"].get<Ids>(), true) == item["bare"].get<std::string>());
    }
  }
}

TEST_CASE("a saved tokenizer produces the same ids from its own files and from its tokenizer.json alone") {
  for (const std::string& name : kCases) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const Tokenizer tokenizer = load(name);
    tokenizer.save(folder.path() / "saved");
    const Tokenizer again = Tokenizer::load(folder.path() / "saved");
    CHECK(!std::filesystem::exists(folder.path() / "saved" / "vocab.txt"));
    folder.write("tokenizer.json", read_file(folder.path() / "saved" / "tokenizer.json"));
    const Tokenizer alone = Tokenizer::load(folder.path());
    const RandomText random(6);
    for (uint64_t i = 0; i < 300; ++i) {
      const Encoding encoding = tokenizer.encode(random(i), with_offsets());
      CHECK(again.encode(random(i), with_offsets()).offsets == encoding.offsets);
      CHECK(again.encode(random(i)).ids == encoding.ids);
      // gpt2_json has parts that its class ignores.
      if (name != "gpt2_json") CHECK(alone.encode(random(i)).ids == encoding.ids);
    }
  }
}

// Compares the encoder of one pass with the parts, one after the other.
class AgainstParts {
 public:
  AgainstParts(const Json& pre_tokenizer, const TokenModel& model)
      : encoder_(ByteLevelEncoder::make(pre_tokenizer, model)),
        pre_tokenizer_(make_pre_tokenizer(pre_tokenizer, "test")),
        model_(model) {
    REQUIRE(encoder_ != nullptr);
  }

  void check(const std::string& text) const {
    TokenBuffer tokens, plain;
    if (encoder_->has_offsets()) encoder_->encode_with_offsets(text, 0, tokens);
    encoder_->encode(text, plain);
    NormalizedText characters = to_normalized_text(text);
    Words words{{0, characters.size()}};
    pre_tokenizer_(characters, words);
    Ids ids;
    std::vector<Offset> offsets;
    for (const WordRange& word : words) add_word(characters, word, ids, offsets);
    CHECK(Ids(plain.ids(), plain.ids() + plain.size()) == ids);
    if (!encoder_->has_offsets()) return;
    CHECK(Ids(tokens.ids(), tokens.ids() + tokens.size()) == ids);
    CHECK(tokens.offsets == offsets);
  }

 private:
  void add_word(const NormalizedText& characters, const WordRange& word, Ids& ids, std::vector<Offset>& offsets) const {
    std::vector<Token> tokens;
    model_.tokenize(to_utf8({characters.data() + word.begin, word.end - word.begin}), tokens);
    size_t character = word.begin;
    for (const Token& token : tokens) {
      ids.push_back(token.id);
      // Each character of the alphabet is a byte.
      const size_t count = count_code_points(*model_.token(token.id));
      offsets.push_back({characters[character].origin.begin, characters[character + count - 1].origin.end});
      character += count;
    }
  }

  std::unique_ptr<ByteLevelEncoder> encoder_;
  PreTokenizer pre_tokenizer_;
  const TokenModel& model_;
};

TEST_CASE("the one-pass encoder equals the parts, also for long words and zero bytes") {
  for (const std::string& name : kCases) {
    CAPTURE(name);
    const Tokenizer::State state(read_tokenizer_folder(byte_level_fixture(name)));
    if (state.one_pass.byte_level == nullptr) continue;
    const AgainstParts parts(state.spec.pre_tokenizer, *state.model);
    const RandomText random(4);
    std::string joined;
    for (uint64_t i = 0; i < 1500; ++i) {
      std::string text = random(i);
      joined += i % 3 == 0 ? text + std::string(i % 7, 'e') : text;
      if (i % 50 == 0) text = std::exchange(joined, "") + std::string("\0", 1) + "a" + std::string("\0\0", 2);
      CAPTURE(i);
      parts.check(text);
    }
  }
}

TEST_CASE("the one-pass encoder equals the parts for several patterns, one after the other") {
  const Tokenizer::State state(read_tokenizer_folder(byte_level_fixture("gpt2")));
  const auto split = [](const char* regex) {
    return Json{{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}};
  };
  const auto byte_level = [](bool uses_regex) {
    return Json{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", uses_regex}};
  };
  const Json digits = {{"type", "Digits"}, {"individual_digits", true}};
  const std::vector<Json> sequences = {
      {digits, byte_level(true)},
      {{{"type", "Digits"}, {"individual_digits", false}}, byte_level(true)},
      {{{"type", "Punctuation"}, {"behavior", "Contiguous"}}, byte_level(true)},
      {{{"type", "Punctuation"}, {"behavior", "Isolated"}}, byte_level(false)},
      {split("\\p{N}{1,3}"), split("[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+"),
       split(split_patterns()[7].regex.data()), byte_level(false)},
      {split("[\r\n]"), split("\\s?\\p{L}+"), split("\\s?\\p{P}+"), digits, byte_level(false)},
      {split("\\w+|[^\\w\\s]+"), byte_level(false)},  // by PCRE2
      {split("(?=b)|c*"), byte_level(false)},         // matches that are empty
      {byte_level(false)},
  };
  const RandomText random(9);
  for (const Json& parts : sequences) {
    CAPTURE(parts.dump());
    const AgainstParts against_parts({{"type", "Sequence"}, {"pretokenizers", parts}}, *state.model);
    std::string joined;
    for (uint64_t i = 0; i < 400; ++i) {
      joined += random(i);
      against_parts.check(i % 20 == 0 ? std::exchange(joined, "") : random(i));
    }
  }
}

TEST_CASE("patterns that drop text, and spaces before parts, are left to the parts") {
  const Tokenizer::State state(read_tokenizer_folder(byte_level_fixture("gpt2")));
  const Json byte_level = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  const auto has_encoder = [&](const Json& parts) {
    return ByteLevelEncoder::make({{"type", "Sequence"}, {"pretokenizers", parts}}, *state.model) != nullptr;
  };
  Json removed = {{"type", "Split"}, {"pattern", {{"Regex", "\\p{N}"}}}, {"behavior", "Removed"}, {"invert", true}};
  CHECK(!has_encoder({removed, byte_level}));
  removed["pattern"]["Regex"] = gpt2_pattern().regex;
  CHECK(has_encoder({removed, byte_level}));
  CHECK(!has_encoder({{{"type", "WhitespaceSplit"}}, byte_level}));
  CHECK(!has_encoder({{{"type", "Digits"}}, {{"type", "ByteLevel"}, {"add_prefix_space", true}}}));
}

TEST_CASE("the encoder of one pass is used for byte-level BPE only") {
  const auto has_encoder = [](const std::string& name) {
    return Tokenizer::State(read_tokenizer_folder(byte_level_fixture(name))).one_pass.byte_level != nullptr;
  };
  for (const char* name : {"gpt2", "gpt2_crlf", "llama3", "qwen2", "roberta_space", "missing_bytes"}) {
    CAPTURE(name);
    CHECK(has_encoder(name));
  }
  CHECK(!has_encoder("words"));
}

TEST_CASE("a byte order mark before the vocabulary and the merges changes nothing") {
  const TemporaryFolder folder;
  for (const char* file : {"vocab.json", "merges.txt"}) {
    folder.write(file, "\xEF\xBB\xBF" + read_file(byte_level_fixture("gpt2") / file));
  }
  const Tokenizer tokenizer = Tokenizer::load(folder.path()), plain = load("gpt2");
  for (const char* text : {"the theory", " a\xC3\xA9 \xE4\xB8\xAD"}) {
    CHECK(tokenizer.encode(text).ids == plain.encode(text).ids);
  }
}

TEST_CASE("the digests of Hugging Face's ids over all code points and random strings") {
  const Json all = read_json(byte_level_fixture("digests.json"));
  const auto check = [&](const Tokenizer& tokenizer, const Json& digests) {
    if (digests.contains("alone")) {
      CHECK(digest(tokenizer, code_points("", "")) == digests["alone"].get<std::string>());
    }
    CHECK(digest(tokenizer, code_points("a", "B")) == digests["between"].get<std::string>());
    CHECK(digest(tokenizer, random_texts(all["seed"], 0, all["chunk"])) == digests["random"][0].get<std::string>());
  };
  for (const auto& [name, digests] : all["small"].items()) {
    CAPTURE(name);
    check(load(name), digests);
  }
  for (const auto& [name, digests] : all["real"].items()) {
    CAPTURE(name);
    if (const auto folder = shared_tokenizer(name)) check(Tokenizer::load(*folder), digests);
  }
}

TEST_CASE("texts have the ids of llama.cpp's test vectors for GPT-2") {
  const auto folder = shared_tokenizer("gpt2");
  if (!folder) return;
  const Tokenizer tokenizer = Tokenizer::load(*folder);
  const std::string input = read_file(folder->parent_path() / "vectors" / "ggml-vocab-gpt-2.gguf.inp");
  const std::string output = read_file(folder->parent_path() / "vectors" / "ggml-vocab-gpt-2.gguf.out");
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  size_t count = 0;
  for (size_t in = 0, out = 0; in < input.size(); ++count) {
    const size_t in_end = std::min(input.find(kSeparator, in), input.size()), out_end = output.find('\n', out);
    std::string ids;
    for (int32_t id : tokenizer.encode(std::string_view(input).substr(in, in_end - in)).ids)
      ids += fmt::format(" {}", id);
    CHECK(ids == output.substr(out, out_end - out));
    in = in_end + kSeparator.size();
    out = out_end + 1;
  }
  CHECK(count > 40);
}

TEST_CASE("a megabyte of one letter, of spaces, of marks or of one Chinese character takes a moment") {
  for (const char* name : {"gpt2", "qwen2"}) {
    const Tokenizer tokenizer = load(name);
    for (const char* unit : {"a", " ", "a\xCC\x80", "\xE4\xB8\xAD", "\n", "'"}) {
      CAPTURE(unit);
      std::string text;
      while (text.size() < 1'000'000) text += unit;
      const Ids ids = tokenizer.encode(text).ids;
      CHECK(!ids.empty());
      CHECK(tokenizer.encode(text, with_offsets()).ids == ids);
    }
  }
}

}  // namespace hone::text::byte_level_encoder_test
