#include "corpus/blocks.h"

#include <doctest/doctest.h>

#include <cstring>
#include <numeric>
#include <thread>

#include "base/json.h"
#include "base/sha256.h"
#include "corpus/made_corpus.h"
#include "corpus/make.h"
#include "corpus/run_clm_text.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace blocks_test {

using namespace hone;
using namespace hone::corpus;

Block block_of(const Blocks& blocks, uint64_t index) {
  Block block;
  blocks.read(index, block);
  return block;
}

std::vector<int32_t> counted_ids(int32_t begin, int32_t end) {
  std::vector<int32_t> ids(static_cast<size_t>(end - begin));
  std::iota(ids.begin(), ids.end(), begin);
  return ids;
}

TEST_CASE("packed blocks hold whole documents, and split long ones") {
  const TemporaryFolder folder;
  // Two shards; blocks of 4 tokens. Documents of 2, 2, 3, 0, 9 and 1 tokens, by hand: [2 2] [3] [4] [4] [1 1].
  const Documents all = counted_documents({2, 2, 3, 0, 9, 1});
  const auto corpus = made_corpus(folder.path(), {{all[0], all[1], all[2], all[3]}, {all[4], all[5]}});
  const Blocks blocks(corpus, {.block_size = 4});
  CHECK(blocks.size() == 5);
  CHECK(blocks.counts().documents == 5);
  CHECK(blocks.counts().split_documents == 1);
  CHECK(blocks.counts().tokens == 17);
  CHECK(blocks.counts().dropped_tokens == 0);
  struct Expected {
    std::vector<int32_t> ids;
    std::vector<int64_t> offsets;
    std::vector<uint64_t> documents;
  };
  const std::vector<Expected> expected = {{counted_ids(0, 4), {0, 2, 4}, {0, 1}},
                                          {counted_ids(4, 7), {0, 3}, {2}},
                                          {counted_ids(7, 11), {0, 4}, {4}},
                                          {counted_ids(11, 15), {0, 4}, {4}},
                                          {counted_ids(15, 17), {0, 1, 2}, {4, 5}}};
  for (const uint64_t i : {4, 2, 0, 1, 3}) {  // in any order
    const Block block = block_of(blocks, i);
    CHECK(block.ids == expected[i].ids);
    CHECK(block.offsets == expected[i].offsets);
    CHECK(block.documents == expected[i].documents);
    CHECK(blocks.first_document(i) == expected[i].documents[0]);
    CHECK(blocks.length(i) == expected[i].ids.size());
  }
}

TEST_CASE("packed blocks have every token once, and no sequence of two documents") {
  const TemporaryFolder folder;
  std::vector<size_t> lengths;
  for (size_t i = 0; i < 500; ++i) lengths.push_back(i * i % 37);
  const Documents all = counted_documents(lengths);
  const auto corpus = made_corpus(
      folder.path(), {Documents(all.begin(), all.begin() + 123), Documents(all.begin() + 123, all.end())}, 100'000);
  const Blocks blocks(corpus, {.block_size = 16});
  std::vector<int32_t> ids;
  for (uint64_t i = 0; i < blocks.size(); ++i) {
    const Block block = block_of(blocks, i);
    CHECK(block.ids.size() <= 16);
    for (size_t s = 0; s < block.documents.size(); ++s) {
      const TokenRange document = corpus->document(block.documents[s]);
      CHECK(block.offsets[s] < block.offsets[s + 1]);
      CHECK(static_cast<uint64_t>(block.ids[static_cast<size_t>(block.offsets[s])]) >= document.begin);
      CHECK(static_cast<uint64_t>(block.ids[static_cast<size_t>(block.offsets[s + 1] - 1)]) < document.end);
    }
    ids.insert(ids.end(), block.ids.begin(), block.ids.end());
  }
  CHECK(ids == counted_ids(0, static_cast<int32_t>(corpus->num_tokens())));
  CHECK(blocks.counts().split_documents ==
        static_cast<uint64_t>(std::ranges::count_if(lengths, [](size_t n) { return n > 16; })));
}

TEST_CASE("without packing a block is one document, and what is longer is cut off") {
  const TemporaryFolder folder;
  const auto corpus = made_corpus(folder.path(), {counted_documents({2, 0, 7, 4}), counted_documents({0, 5, 0})});
  const Blocks blocks(corpus, {.block_size = 4, .packing = false});
  CHECK(blocks.kind_name() == std::string("document"));
  REQUIRE(blocks.size() == 4);
  const std::vector<uint64_t> documents = {0, 2, 3, 5};
  const std::vector<uint64_t> lengths = {2, 4, 4, 4};
  for (uint64_t i = 0; i < 4; ++i) {
    const Block block = block_of(blocks, i);
    CHECK(block.documents == std::vector<uint64_t>{documents[i]});
    CHECK(block.ids.size() == lengths[i]);
    CHECK(block.ids == read_ids(*corpus, corpus->document(documents[i]).begin, lengths[i]));
    CHECK(blocks.length(i) == lengths[i]);
  }
  CHECK(blocks.counts().split_documents == 2);
  CHECK(blocks.counts().dropped_tokens == 4);
  const Error error = expect_error([&] { Blocks(corpus, {.block_size = 4, .block = true, .packing = false}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()).find("--packing false") != std::string::npos);
}

TEST_CASE("fixed blocks join the documents of a group, and drop the rest") {
  const TemporaryFolder folder;
  const Documents all = counted_documents({3, 4, 0, 5, 6, 1});
  const auto corpus = made_corpus(folder.path(), {{all[0], all[1]}, {all[2], all[3], all[4], all[5]}});
  const Blocks grouped(corpus, {.block_size = 4, .block = true, .group_documents = 3});
  // Groups of 7 and 12 tokens: one block and three; three tokens are dropped.
  CHECK(grouped.size() == 4);
  CHECK(grouped.counts().dropped_tokens == 3);
  const std::vector<int32_t> begins = {0, 7, 11, 15};
  const std::vector<uint64_t> documents = {0, 3, 3, 4};
  for (uint64_t i = 0; i < 4; ++i) {
    const Block block = block_of(grouped, i);
    CHECK(block.ids == counted_ids(begins[i], begins[i] + 4));
    CHECK(block.offsets == std::vector<int64_t>{0, 4});
    CHECK(block.documents.empty());
    CHECK(grouped.first_document(i) == documents[i]);
    CHECK(grouped.length(i) == 4);
  }
  const Blocks joined(corpus, {.block_size = 4, .block = true, .group_documents = 0});
  CHECK(joined.size() == 4);
  CHECK(block_of(joined, 3).ids == counted_ids(12, 16));
  const Blocks whole(corpus, {.block_size = 19, .block = true, .group_documents = 0});
  CHECK(block_of(whole, 0).ids == counted_ids(0, 19));
}

TEST_CASE("documents that fill no block are an error") {
  const TemporaryFolder folder;
  const auto corpus = made_corpus(folder.path(), {counted_documents({3, 4})});
  const Error error = expect_error([&] { Blocks(corpus, {.block_size = 5, .block = true, .group_documents = 1}); });
  CHECK(contains(error.what(), "no 1 document has the 5 tokens of a block"));
  CHECK(contains(error.hint(), "--block-size"));
}

TEST_CASE("damaged offsets are found when the blocks are counted") {
  const TemporaryFolder folder;
  write_corpus(folder.path(), {counted_documents({3, 4})});
  change_bytes(offsets_path(folder.path(), 0), 8, "\x7f");
  const auto corpus = std::make_shared<const Corpus>(folder.path());
  CHECK(expect_error([&] { Blocks(corpus, {.block_size = 5}); }).kind() == ErrorKind::kInput);
}

TEST_CASE("fixed blocks are those of run_clm") {
  const Json fixture = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/corpus.json");
  const TemporaryFolder folder;
  const std::string file = folder.write("lines.txt", run_clm_text()).string();
  REQUIRE(sha256(run_clm_text()) == fixture["text_sha256"]);
  for (const Json& expected : fixture["blocks"]) {
    MakeOptions options;
    options.documents.input.files = {file};
    options.model_name_or_path =
        std::string(HONE_SOURCE_DIR) + "/tests/fixtures/" + expected["model"].get<std::string>();
    options.output = folder.path() / "corpus";
    options.overwrite = true;
    options.shard_tokens = 10'000;
    options.num_threads = 1;
    make_corpus(options);
    const auto corpus = std::make_shared<const Corpus>(options.output);
    CHECK(corpus->num_documents() == expected["num_rows"]);
    CHECK(corpus->num_tokens() == expected["num_tokens"]);
    const Blocks blocks(corpus, {.block_size = expected["block_size"].get<int64_t>(), .block = true});
    REQUIRE(blocks.size() == expected["num_blocks"]);
    std::vector<int32_t> first_ids = block_of(blocks, 0).ids;
    first_ids.resize(16);
    CHECK(first_ids == expected["first_ids"].get<std::vector<int32_t>>());
    std::string bytes;
    for (uint64_t i = 0; i < blocks.size(); ++i) {
      const std::vector<int32_t> ids = block_of(blocks, i).ids;
      bytes.append(reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof(int32_t));
    }
    CHECK(sha256(bytes) == expected["sha256"]);
  }
}

}  // namespace blocks_test
