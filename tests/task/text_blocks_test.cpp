#include "task/text_blocks.h"

#include <doctest/doctest.h>

#include <set>

#include "corpus/made_corpus.h"
#include "temporary_folder.h"

namespace text_blocks_test {

using namespace hone;
using namespace hone::task;

std::shared_ptr<const corpus::Blocks> blocks_of(const std::filesystem::path& folder, size_t num_documents) {
  const auto corpus =
      corpus::made_corpus(folder, {corpus::counted_documents(std::vector<size_t>(num_documents, 3))}, 1000);
  return std::make_shared<const corpus::Blocks>(corpus, corpus::BlockOptions{.block_size = 4});
}

TEST_CASE("rows are the blocks of the ranges, one corpus after the other") {
  const TemporaryFolder folder;
  const auto first = blocks_of(folder.path() / "a", 5), second = blocks_of(folder.path() / "b", 4);
  const TextBlocks blocks({{first, 1, 3}, {second, 0, 4}}, {.shuffle = false});
  CHECK(blocks.size() == 6);
  CHECK(blocks.num_tokens() == 18);
  corpus::Block block;
  const std::vector<int32_t> begins = {3, 6, 0, 3, 6, 9};
  for (uint64_t row = 0; row < 6; ++row) {
    blocks.read(row, block);
    CHECK(block.ids.front() == begins[row]);
    CHECK(blocks.length(row) == 3);
    CHECK(blocks.row_at(row) == row);
    CHECK(blocks.row_at(row + 6) == row);  // the next epoch
  }
  CHECK(blocks.location(1) == (folder.path() / "a").string() + ": document 2");
  CHECK(blocks.location(2) == (folder.path() / "b").string() + ": document 0");
}

TEST_CASE("an epoch in an order of its own has every row once") {
  const TemporaryFolder folder;
  const TextBlocks blocks({{blocks_of(folder.path() / "a", 40), 0, 40}}, {.seed = 5});
  std::vector<uint64_t> epochs[2];
  for (uint64_t position = 0; position < 80; ++position) epochs[position / 40].push_back(blocks.row_at(position));
  CHECK(std::set<uint64_t>(epochs[0].begin(), epochs[0].end()).size() == 40);
  CHECK(std::set<uint64_t>(epochs[1].begin(), epochs[1].end()).size() == 40);
  CHECK(epochs[0] != epochs[1]);
}

TEST_CASE("weights give each corpus its share of the rows") {
  const TemporaryFolder folder;
  const TextBlocks blocks({{blocks_of(folder.path() / "a", 8), 0, 8}, {blocks_of(folder.path() / "b", 8), 0, 8}},
                          {.weights = {3, 1}});
  uint64_t of_first = 0;
  for (uint64_t position = 0; position < 400; ++position) of_first += blocks.row_at(position) < 8 ? 1 : 0;
  CHECK(of_first == 300);
  CHECK(blocks.epochs(400)[0] == doctest::Approx(300.0 / 8));
}

}  // namespace text_blocks_test
