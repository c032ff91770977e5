// Tokenizers made of GGUF files, against the ids of the libraries that trained them (make_gguf_fixtures.py).
#include "text/stored_vocabulary.h"

#include "captured_log.h"
#include "expect_error.h"
#include "gguf/made_file.h"
#include "temporary_folder.h"
#include "text/stored_splits.h"
#include "text/tokenizer_state.h"

namespace hone::text::stored_vocabulary_test {

namespace {

using gguf::MadeFile;

constexpr const char* kKinds[] = {"gpt-2",       "smollm", "llama-bpe",       "dbrx", "qwen2", "tekken",
                                  "deepseek-v3", "llama",  "llama_no_prefix", "t5"};

Tokenizer tokenizer_of(TokenizerSpec spec) {
  return Tokenizer(std::make_shared<const Tokenizer::State>(std::move(spec)));
}

// A byte-level vocabulary of a few tokens. `change` is applied before the file is written.
struct Made {
  std::vector<std::string> tokens = {"a", "b", "ab", "<s>", "</s>"}, merges = {"a b"};
  std::vector<int32_t> types = {1, 1, 1, 3, 3};
  std::vector<float> scores;
  std::string model = "gpt2", splits = "gpt-2", chat_template;
  std::map<std::string, uint32_t> ids = {{"bos_token_id", 3}, {"eos_token_id", 4}};
  std::map<std::string, bool> flags;

  TokenizerSpec spec() const {
    const TemporaryFolder folder;
    return stored_tokenizer_spec(gguf::File(write(folder)));
  }
  std::filesystem::path write(const TemporaryFolder& folder) const {
    MadeFile file;
    if (!model.empty()) file.add_text("tokenizer.ggml.model", model);
    if (!splits.empty()) file.add_text("tokenizer.ggml.pre", splits);
    file.add_texts("tokenizer.ggml.tokens", tokens);
    file.add_numbers("tokenizer.ggml.token_type", 5, types);
    if (!merges.empty()) file.add_texts("tokenizer.ggml.merges", merges);
    if (!scores.empty()) file.add_numbers("tokenizer.ggml.scores", 6, scores);
    for (const auto& [key, id] : ids) file.add_uint32("tokenizer.ggml." + key, id);
    for (const auto& [key, flag] : flags) file.add_flag("tokenizer.ggml." + key, flag);
    if (!chat_template.empty()) file.add_text("tokenizer.chat_template", chat_template);
    return folder.write("m.gguf", file.bytes());
  }
};

std::string message_of(const Made& made) {
  return expect_error([&] { made.spec(); }).what();
}

}  // namespace

TEST_CASE("the ids are those of the tokenizer from which the file was made") {
  for (const std::string kind : kKinds) {
    CAPTURE(kind);
    const gguf::File file("tests/fixtures/gguf/tokenizers/" + kind + ".gguf");
    CHECK(has_stored_vocabulary(file));
    const Tokenizer tokenizer = tokenizer_of(stored_tokenizer_spec(file));
    const Json expected = read_json("tests/fixtures/gguf/tokenizers/" + kind + ".json");
    for (const Json& row : expected["rows"]) {
      const auto text = row["text"].get<std::string>();
      CAPTURE(text);
      CHECK(tokenizer.encode(text).ids == row["ids"].get<std::vector<int32_t>>());
    }
  }
}

TEST_CASE("a saved tokenizer has the same ids when it is loaded") {
  for (const std::string kind : kKinds) {
    CAPTURE(kind);
    const TemporaryFolder folder;
    tokenizer_of(stored_tokenizer_spec(gguf::File("tests/fixtures/gguf/tokenizers/" + kind + ".gguf")))
        .save(folder.path());
    const Tokenizer loaded = Tokenizer::load(folder.path());
    const Json expected = read_json("tests/fixtures/gguf/tokenizers/" + kind + ".json");
    for (const Json& row : expected["rows"]) {
      CHECK(loaded.encode(row["text"].get<std::string>()).ids == row["ids"].get<std::vector<int32_t>>());
    }
  }
}

TEST_CASE("types of tokens decide what is special, what is found before the model, and what is left out") {
  Made made;
  made.tokens = {"a", "<think>", "<s>", "[PAD3]", "", "[PAD9]", "<unk>"};
  made.types = {1, 4, 3, 5, 1, 5, 2};
  made.ids = {{"bos_token_id", 2}, {"eos_token_id", 0}, {"padding_token_id", 3}};
  made.merges = {"a a"};
  const TokenizerSpec spec = made.spec();
  // Fillers have their own id in the name; "[PAD9]" is a token.
  const std::vector<VocabularyEntry> vocabulary = {{"a", 0}, {"<think>", 1}, {"<s>", 2}, {"[PAD9]", 5}, {"<unk>", 6}};
  CHECK(spec.vocabulary == vocabulary);
  REQUIRE(spec.added_tokens.size() == 4);
  CHECK(spec.added_tokens[0].content == "a");  // the end of texts, although its type is normal
  CHECK(spec.added_tokens[0].special);
  CHECK(spec.added_tokens[1].content == "<think>");
  CHECK(!spec.added_tokens[1].special);
  CHECK(spec.added_tokens[2].special);
  CHECK(spec.added_tokens[3].content == "<unk>");
  CHECK(spec.special_tokens == std::map<std::string, std::string>{{"bos_token", "<s>"}, {"eos_token", "a"}});
}

TEST_CASE("texts begin and end with the tokens that the file asks for") {
  Made made;
  CHECK(tokenizer_of(made.spec()).encode("ab").ids == std::vector<int32_t>{2});
  made.flags = {{"add_bos_token", true}, {"add_eos_token", true}};
  CHECK(tokenizer_of(made.spec()).encode("ab").ids == std::vector<int32_t>{3, 2, 4});
  made.splits = "llama-bpe";
  made.flags = {};
  CHECK(tokenizer_of(made.spec()).encode("ab").ids == std::vector<int32_t>{3, 2});
  made.flags = {{"add_bos_token", false}};
  CHECK(tokenizer_of(made.spec()).encode("ab").ids == std::vector<int32_t>{2});
  made.ids = {};
  made.flags = {{"add_bos_token", true}};
  CHECK(tokenizer_of(made.spec()).encode("ab").ids == std::vector<int32_t>{2});
}

TEST_CASE("tokens of spaces are marked, and merges follow the scores") {
  Made made;
  made.model = "llama";
  made.merges = {};
  made.tokens = {"<unk>",
                 "a",
                 "\xE2\x96\x81",
                 "  ",
                 "\xE2\x96\x81"
                 "a",
                 "<0x0A>"};
  made.types = {2, 1, 1, 4, 1, 6};
  made.scores = {0, -1, -2, -3, -4, 0};
  made.ids = {{"unknown_token_id", 0}};
  made.flags = {{"add_space_prefix", false}};
  const TokenizerSpec spec = made.spec();
  CHECK(spec.vocabulary[3].first == "\xE2\x96\x81\xE2\x96\x81");
  const std::vector<MergeEntry> merges = {{"\xE2\x96\x81", "\xE2\x96\x81"}, {"\xE2\x96\x81", "a"}};
  CHECK(spec.merges == merges);
  CHECK(tokenizer_of(spec).encode(" a\n").ids == std::vector<int32_t>{4, 5});
}

TEST_CASE("the ids that stop an answer are named by the file, or end turns in its template") {
  Made made;
  made.tokens = {"a", "<|im_end|>", "<|eot_id|>", "<s>", "</s>"};
  made.types = {1, 3, 3, 3, 3};
  const auto stops = [&] {
    const TemporaryFolder folder;
    const gguf::File file(made.write(folder));
    return stored_stop_ids(file, stored_tokenizer_spec(file));
  };
  made.merges = {"a a"};
  CHECK(stops() == std::vector<int32_t>{4});
  made.chat_template = "{{ message }}<|im_end|>";
  CHECK(stops() == std::vector<int32_t>{4, 1});
  made.ids["eot_token_id"] = 2;
  CHECK(stops() == std::vector<int32_t>{4, 2, 1});
}

TEST_CASE("lists that do not fit each other are errors") {
  const auto changed = [](const auto& change) {
    Made made;
    change(made);
    return message_of(made);
  };
  CHECK(contains(changed([](Made& m) { m.types.pop_back(); }),
                 "\"tokenizer.ggml.token_type\" has 4 elements, but there are 5 tokens"));
  CHECK(contains(changed([](Made& m) { m.scores = {1}; }),
                 "\"tokenizer.ggml.scores\" has 1 elements, but there are 5 tokens"));
  CHECK(contains(changed([](Made& m) { m.scores = {1, 2, 3, 4, NAN}; }),
                 "\"tokenizer.ggml.scores\" has an element that is not finite"));
  CHECK(contains(changed([](Made& m) { m.tokens[1] = "a"; }), "has the token \"a\" twice, with the ids 0 and 1"));
  CHECK(contains(changed([](Made& m) { m.tokens[1] = "\xFF"; }), "has the token 1, which is not UTF-8"));
  CHECK(contains(changed([](Made& m) { m.tokens[1] = std::string(5000, 'x'); }),
                 "has the token 1 of 5000 bytes, more than 4096"));
  CHECK(contains(changed([](Made& m) { m.merges = {"ab"}; }),
                 "\"tokenizer.ggml.merges\" has the element 0, which is not two tokens"));
  CHECK(contains(changed([](Made& m) { m.merges = {}; }), "\"tokenizer.ggml.merges\" is missing"));
  CHECK(contains(changed([](Made& m) { m.model = ""; }), "\"tokenizer.ggml.model\" is missing"));
  CHECK(contains(changed([](Made& m) { m.ids["bos_token_id"] = 5; }),
                 "\"tokenizer.ggml.bos_token_id\" is 5, but there are 5 tokens"));
  CHECK(contains(changed([](Made& m) {
                   m.model = "llama";
                   m.merges = {};
                 }),
                 "\"tokenizer.ggml.scores\" is missing"));
  CHECK(contains(changed([](Made& m) { m.model = "t5"; }), "\"tokenizer.ggml.scores\" is missing"));
}

TEST_CASE("a charsmap is bytes") {
  const TemporaryFolder folder;
  MadeFile file;
  file.add_text("tokenizer.ggml.model", "t5");
  file.add_texts("tokenizer.ggml.tokens", {"a"});
  file.add_numbers<float>("tokenizer.ggml.scores", 6, {-1});
  file.add_numbers<float>("tokenizer.ggml.precompiled_charsmap", 6, {1, NAN});
  const gguf::File read(folder.write("m.gguf", file.bytes()));
  CHECK(
      contains(expect_error([&] { stored_tokenizer_spec(read); }).what(), "has the element nan, which is not a byte"));
}

TEST_CASE("unknown kinds are named") {
  Made made;
  made.model = "rwkv";
  CHECK(contains(message_of(made), "unknown kind of vocabulary (in "));
  CHECK(contains(message_of(made), "\"rwkv\""));
  made.model = "gpt2";
  made.splits = "qwen3";
  const Error error = expect_error([&] { made.spec(); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "\"qwen3\""));
  CHECK(contains(error.hint(), "smollm"));
}

TEST_CASE("a file that does not name its splits gets those of GPT-2, with a warning") {
  Made made;
  made.splits = "";
  const std::string log = captured_log([&] { CHECK(made.spec().pre_tokenizer["type"] == "ByteLevel"); });
  CHECK(contains(log, "it does not say how texts are split into words"));
}

TEST_CASE("every kind of splits makes a pre-tokenizer") {
  for (const StoredSplit& split : stored_splits()) {
    CAPTURE(split.name);
    CHECK_NOTHROW(make_pre_tokenizer(pre_tokenizer_of(split), "test"));
  }
}

}  // namespace hone::text::stored_vocabulary_test
