// Batches on any number of threads, and the digests of Hugging Face's ids over all code points and random strings.
#include "expect_error.h"
#include "temporary_folder.h"
#include "text/tokenizer_digests.h"
#include "text/tokenizer_fixtures.h"

namespace hone::text::tokenizer_batch_test {

namespace {

void check_digests(const Tokenizer& tokenizer, const Json& digests, size_t num_chunks) {
  CHECK(digest(tokenizer, code_points("", "")) == digests["alone"].get<std::string>());
  CHECK(digest(tokenizer, code_points("a", "B")) == digests["between"].get<std::string>());
  const Json all = read_fixture("digests.json");
  const uint64_t chunk = all["chunk"];
  num_chunks = std::min(num_chunks, digests["random"].size());
  for (size_t i = 0; i < num_chunks; ++i) {
    CAPTURE(i);
    CHECK(digest(tokenizer, random_texts(all["seed"], i * chunk, chunk)) == digests["random"][i].get<std::string>());
  }
}

// Returns the tokenizer of a real vocabulary beside the checkout with BERT's settings, as for the digests, or nullopt.
std::optional<Tokenizer> real_tokenizer(const std::string& name, const Json& digests, const TemporaryFolder& folder) {
  const auto shared = shared_tokenizer(name);
  if (!shared) return std::nullopt;
  std::filesystem::copy_file(*shared / "vocab.txt", folder.path() / "vocab.txt");
  folder.write("tokenizer_config.json",
               Json{{"tokenizer_class", "BertTokenizer"}, {"do_lower_case", digests["lower"]}}.dump());
  return Tokenizer::load(folder.path());
}

}  // namespace

TEST_CASE("a batch of texts given as words has the encodings of the single ones") {
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture("uncased"));
  const std::vector<std::vector<std::string>> texts = {{"the", "movie"}, {}, {"tokenization", "", "!"}};
  for (const int num_threads : {1, 4}) {
    const std::vector<Encoding> encodings = tokenizer.encode_words_batch(texts, {}, num_threads);
    REQUIRE(encodings.size() == texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      CHECK(encodings[i].ids == tokenizer.encode_words(texts[i]).ids);
      CHECK(encodings[i].word_ids == tokenizer.encode_words(texts[i]).word_ids);
    }
  }
}

TEST_CASE("every code point and the first random strings have Hugging Face's ids") {
  const Json digests = read_fixture("digests.json")["small"];
  for (const auto& [name, expected] : digests.items()) {
    CAPTURE(name);
    check_digests(Tokenizer::load(tokenizer_fixture(name)), expected, 1);
  }
}

TEST_CASE("with the real vocabularies, code points and random strings have Hugging Face's ids") {
  const Json digests = read_fixture("digests.json")["real"];
  for (const auto& [name, expected] : digests.items()) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const auto tokenizer = real_tokenizer(name, expected, folder);
    if (tokenizer) check_digests(*tokenizer, expected, 1);
  }
}

TEST_CASE("the result does not depend on the number of threads") {
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture("uncased"));
  const std::vector<std::string> texts = random_texts(9, 0, 2000), pairs = random_texts(10, 0, 2000);
  const std::vector<std::string_view> first(texts.begin(), texts.end()), second(pairs.begin(), pairs.end());
  EncodeOptions options;
  options.max_length = 20;
  options.with_offsets = true;
  const auto one = tokenizer.encode_batch(first, second, options, 1),
             four = tokenizer.encode_batch(first, second, options, 4);
  REQUIRE(one.size() == four.size());
  for (size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].ids == four[i].ids);
    CHECK(one[i].offsets == four[i].offsets);
    CHECK(one[i].ids == tokenizer.encode_pair(first[i], second[i], options).ids);
  }
  CHECK(tokenizer.encode_batch({}, {}, options).empty());
}

TEST_CASE("if several texts fail, the error of the first one is thrown") {
  const Tokenizer tokenizer = Tokenizer::load(tokenizer_fixture("uncased"));
  std::vector<std::string_view> texts(100, "a movie");
  texts[60] = "abc\xFF";
  texts[90] = "\xFF";
  const Error error = expect_error([&] { tokenizer.encode_batch(texts, {}, {}, 4); });
  CHECK(contains(error.what(), "byte 3"));
  const std::vector<std::string_view> pairs(3, "a");
  CHECK(expect_error([&] { tokenizer.encode_batch(texts, pairs, {}); }).kind() == ErrorKind::kInternal);
}

TEST_SUITE("slow") {
  TEST_CASE("a million random strings have Hugging Face's ids" * doctest::skip()) {
    const Json digests = read_fixture("digests.json");
    check_digests(Tokenizer::load(tokenizer_fixture("uncased")), digests["small"]["uncased"], 1000);
    for (const auto& [name, expected] : digests["real"].items()) {
      CAPTURE(name);
      const TemporaryFolder folder;
      const auto tokenizer = real_tokenizer(name, expected, folder);
      if (tokenizer) check_digests(*tokenizer, expected, 1000);
    }
  }
}

}  // namespace hone::text::tokenizer_batch_test
