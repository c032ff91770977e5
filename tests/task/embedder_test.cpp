// Compares vectors with those of sentence-transformers.
#include "task/embedder.h"

#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "kernel/each_level.h"
#include "task/sentence_fixture.h"

namespace embedder_test {

using namespace hone;
using task::Embedder;
using task::EmbedRequest;

constexpr double kTolerance = 1e-5;

std::vector<float> vectors_of(const Embedder& embedder, const Json& fixture) {
  const auto texts = fixture["texts"].get<std::vector<std::string>>();
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return embedder.embed_texts(views);
}

TEST_CASE("every form of folder gives sentence-transformers' vectors, at every level") {
  const Json fixture = sentence_fixture();
  CHECK(fixture["vectors"].size() == 23);
  const TemporaryFolder folder;
  for (const auto& [form, expected] : fixture["vectors"].items()) sentence_model(folder, form);
  kernel::for_each_level([&] {
    for (const auto& [form, expected] : fixture["vectors"].items()) {
      INFO(form);
      const Embedder embedder = Embedder::load(folder.path() / ("model-" + form), {});
      CHECK(largest_difference(vectors_of(embedder, fixture), expected) < kTolerance);
    }
  });
}

TEST_CASE("a folder that is saved again gives the same vectors") {
  const Json fixture = sentence_fixture();
  for (const auto& [form, expected] : fixture["vectors"].items()) {
    if (form == "plain") continue;
    INFO(form);
    const TemporaryFolder folder;
    const std::filesystem::path before = sentence_model(folder, form), after = folder.path() / "after";
    std::filesystem::create_directory(after);
    const model::SentenceHead head(model::SentenceConfig::read(before), 32);
    head.save(after);
    for (const char* file : {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}) {
      std::filesystem::copy(before / file, after / file);
    }
    CHECK(largest_difference(vectors_of(Embedder::load(after, {}), fixture), expected) < kTolerance);
  }
}

TEST_CASE("a request overrides pooling, prompt, width and length") {
  const Json fixture = sentence_fixture();
  const TemporaryFolder folder;
  const std::filesystem::path plain = sentence_model(folder, "plain"), prompts = sentence_model(folder, "prompts");
  const auto expected = [&](const char* form) { return fixture["vectors"][form]; };
  CHECK(largest_difference(vectors_of(Embedder::load(plain, {.pooling = "cls"}), fixture), expected("cls")) <
        kTolerance);
  CHECK(largest_difference(vectors_of(Embedder::load(plain, {.normalize = true}), fixture), expected("normalize")) <
        kTolerance);
  CHECK(largest_difference(vectors_of(Embedder::load(prompts, {.prompt = ""}), fixture), expected("mean")) <
        kTolerance);
  CHECK(largest_difference(vectors_of(Embedder::load(plain, {.prompt = "it is "}), fixture), expected("prompts")) <
        kTolerance);
  CHECK(largest_difference(vectors_of(Embedder::load(prompts, {.prompt_name = "query"}), fixture),
                           expected("prompts")) < kTolerance);
  const std::filesystem::path normalized = sentence_model(folder, "normalize");
  const Embedder narrow = Embedder::load(normalized, {.width = 8});
  CHECK(narrow.width() == 8);
  CHECK(largest_difference(vectors_of(narrow, fixture), expected("truncated")) < kTolerance);
  const Embedder small = Embedder::load(plain, {.max_seq_length = 4, .batch_size = 3});
  const std::string_view text = "the movie was good";
  CHECK(small.encode({&text, 1}).front().ids.size() == 4);
}

TEST_CASE("batches of any size have equal vectors, and an empty list has none") {
  const Json fixture = sentence_fixture();
  const TemporaryFolder folder;
  const std::filesystem::path path = sentence_model(folder, "joined");
  for (const int64_t size : {1, 2, 100}) {
    const Embedder embedder = Embedder::load(path, {.batch_size = size});
    CHECK(largest_difference(vectors_of(embedder, fixture), fixture["vectors"]["joined"]) < kTolerance);
  }
  CHECK(Embedder::load(path, {}).embed_texts({}).empty());
}

TEST_CASE("a folder without modules.json says how it is pooled") {
  const TemporaryFolder folder;
  const std::filesystem::path plain = sentence_model(folder, "plain"), mean = sentence_model(folder, "mean");
  CHECK(contains(captured_log([&] { Embedder::load(plain, {}); }), "a text's vector is the mean of its tokens"));
  CHECK(!contains(captured_log([&] { Embedder::load(plain, {.pooling = "cls"}); }), "modules.json"));
  CHECK(!contains(captured_log([&] { Embedder::load(mean, {}); }), "modules.json"));
}

TEST_CASE("requests that the model cannot fulfil are errors") {
  const TemporaryFolder folder;
  const std::filesystem::path plain = sentence_model(folder, "plain");
  const std::filesystem::path prompts = sentence_model(folder, "no_prompt_mean");
  const auto problem = [](const std::filesystem::path& path, const EmbedRequest& request) {
    return std::string(
        expect_error([&] { Embedder::load(path, request).embed_texts(std::vector<std::string_view>{"a"}); }).what());
  };
  CHECK(problem(plain, {.width = 33}) == "width is 33, but the vectors have 32 values");
  CHECK(problem(plain, {.max_seq_length = 41}) == "max_seq_length is 41, but the model reads 40 tokens");
  CHECK(problem(plain, {.prompt = "a", .prompt_name = "b"}) == "both prompt and prompt_name are given");
  CHECK(problem(plain, {.prompt_name = "b"}) == "unknown prompt \"b\": the model has none");
  CHECK(contains(problem(prompts, {.prompt_name = "quary"}), "unknown prompt \"quary\""));
  CHECK(contains(problem(plain, {.pooling = "sum"}), "unknown pooling \"sum\""));
  std::filesystem::remove(plain / "model.safetensors");
  CHECK(contains(problem(plain, {}), "holds no weights: all vectors would be random"));
}

TEST_CASE("lower case is that of each character") {
  CHECK(task::in_lower_case("ABC \xC3\x84\xC4\xB0") == "abc \xC3\xA4i\xCC\x87");
}

}  // namespace embedder_test
