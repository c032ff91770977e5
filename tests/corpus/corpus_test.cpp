#include "corpus/corpus.h"

#include <doctest/doctest.h>

#include "corpus/made_corpus.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace corpus_test {

using namespace hone;
using namespace hone::corpus;
using std::string_literals::operator""s;

const std::vector<Documents> kShards = {{{10, 11}, {}, {12}}, {{13, 14, 15}}, {{}, {16}}};

TEST_CASE("documents and tokens of several shards are one stream") {
  const TemporaryFolder folder;
  const auto corpus = made_corpus(folder.path(), kShards);
  CHECK(corpus->num_documents() == 6);
  CHECK(corpus->num_tokens() == 7);
  const std::vector<TokenRange> expected = {{0, 2}, {2, 2}, {2, 3}, {3, 6}, {6, 6}, {6, 7}};
  for (uint64_t i = 0; i < expected.size(); ++i) {
    CHECK(corpus->document(i) == expected[i]);
    CHECK(corpus->tokens_before(i) == expected[i].begin);
  }
  CHECK(corpus->tokens_before(6) == 7);
  size_t shard = 0;
  for (const uint64_t i : {0, 1, 3, 5, 4, 0, 2}) CHECK(corpus->document(i, shard) == expected[i]);
  const std::vector<uint64_t> documents = {0, 0, 2, 3, 3, 3, 5};
  for (uint64_t token = 0; token < 7; ++token) CHECK(corpus->document_of(token) == documents[token]);
  for (uint64_t begin = 0; begin <= 7; ++begin) {
    for (size_t count = 0; begin + count <= 7; ++count) {
      const std::vector<int32_t> ids = read_ids(*corpus, begin, count);
      for (size_t i = 0; i < count; ++i) CHECK(ids[i] == static_cast<int32_t>(10 + begin + i));
    }
  }
  corpus->verify();
}

TEST_CASE("ids of four bytes are read") {
  const TemporaryFolder folder;
  const auto corpus = made_corpus(folder.path(), {{{1, 70000, 99999}}}, 100'000);
  CHECK(read_ids(*corpus, 0, 3) == std::vector<int32_t>{1, 70000, 99999});
}

TEST_CASE("a corpus that is not finished, or has no tokens, is not opened") {
  const TemporaryFolder folder;
  Manifest manifest = write_corpus(folder.path(), kShards);
  manifest.is_complete = false;
  write_manifest(folder.path(), manifest);
  const Error unfinished = expect_error([&] { Corpus{folder.path()}; });
  CHECK(contains(unfinished.what(), "is not finished"));
  CHECK(contains(unfinished.hint(), "again"));
  write_corpus(folder.path() / "empty", {{{}}});
  CHECK(contains(expect_error([&] { Corpus{folder.path() / "empty"}; }).what(), "has no tokens"));
  write_corpus(folder.path() / "none", {});
  CHECK(contains(expect_error([&] { Corpus{folder.path() / "none"}; }).what(), "has no tokens"));
}

TEST_CASE("offsets that lie are found where they are read") {
  const TemporaryFolder folder;
  write_corpus(folder.path(), {counted_documents({2, 3, 4})});
  const auto message = [&](size_t entry, char value, uint64_t document) {
    const std::string original = read_file(offsets_path(folder.path(), 0));
    change_bytes(offsets_path(folder.path(), 0), entry * 8, std::string(1, value) + "\0\0\0\0\0\0\0"s);
    const Corpus corpus(folder.path());
    const std::string text = expect_error([&] { corpus.document(document); }).what();
    CHECK(expect_error([&] { corpus.verify(); }).kind() == ErrorKind::kInput);
    write_file(offsets_path(folder.path(), 0), original);
    return text;
  };
  CHECK(
      contains(message(1, 100, 0), "shard-00000.offsets: the offset of document 1 is 100, but the shard has 9 tokens"));
  CHECK(contains(message(1, 7, 1), "document 1 ends at token 5, before it begins at 7"));
  CHECK(contains(message(0, 1, 0), "the offset of document 0 is 1"));
  CHECK(contains(message(3, 8, 2), "the offset of document 3 is 8"));
}

TEST_CASE("an id beyond the vocabulary is named") {
  const TemporaryFolder folder;
  write_corpus(folder.path(), {{{1, 2}}, {{3, 4, 5}}});
  change_bytes(ids_path(folder.path(), 1), 2, "\x64\x00"s);
  const Corpus corpus(folder.path());
  CHECK(read_ids(corpus, 0, 3) == std::vector<int32_t>{1, 2, 3});
  const std::string text = expect_error([&] { read_ids(corpus, 0, 5); }).what();
  CHECK(contains(text, "shard-00001.ids: token 1 has the id 100, but the vocabulary has 100 tokens"));
}

TEST_CASE("an id of four bytes that is negative is beyond the vocabulary") {
  const TemporaryFolder folder;
  write_corpus(folder.path(), {{{1, 2}}}, 100'000);
  change_bytes(ids_path(folder.path(), 0), 4, "\xff\xff\xff\xff");
  CHECK(contains(expect_error([&] { read_ids(Corpus(folder.path()), 0, 2); }).what(), "the id 4294967295"));
}

TEST_CASE("verify() finds a shard that has changed") {
  const TemporaryFolder folder;
  write_corpus(folder.path(), {{{1, 2}}});
  change_bytes(ids_path(folder.path(), 0), 0, "\x05");
  const Corpus corpus(folder.path());
  CHECK(contains(expect_error([&] { corpus.verify(); }).what(), "has another sha256"));
}

TEST_CASE("shards of another tokenizer are refused") {
  const TemporaryFolder folder;
  const auto corpus = made_corpus(folder.path(), {{{1, 2}}});
  corpus->check_tokenizer("abc", 100, "model");
  const Error error = expect_error([&] { corpus->check_tokenizer("def", 100, "model"); });
  CHECK(contains(error.what(), "was made with another tokenizer than that of model"));
  CHECK(contains(error.hint(), "hone data tokenize"));
  CHECK_THROWS(corpus->check_tokenizer("abc", 101, "model"));
  corpus->check_same_tokenizer(*corpus);
  const auto other = made_corpus(folder.path() / "other", {{{1, 2}}}, 101);
  CHECK(contains(expect_error([&] { corpus->check_same_tokenizer(*other); }).what(), "than that of"));
}

}  // namespace corpus_test
