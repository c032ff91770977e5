// How documents become the blocks that a language model trains on; options of every command that reads blocks.
#pragma once

#include <cstdint>
#include <optional>

namespace hone::corpus {

inline constexpr int64_t kDefaultBlockSize = 1024;

struct BlockOptions {
  std::optional<int64_t> block_size;  // unset: kDefaultBlockSize
  bool block = false;
  int64_t group_documents = 1000;
  bool packing = true;

  int64_t size() const { return block_size.value_or(kDefaultBlockSize); }

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("block_size", self.block_size, "tokens of a block at most")
        .in_range(1, int64_t{1} << 31)
        .default_text("1024, or the most that the model takes");
    visit("block", self.block,
          "fixed blocks as in run_clm: documents are joined and cut; without it a block holds whole documents, and no "
          "document attends to another");
    visit("group_documents", self.group_documents,
          "with --block: this many documents are joined, and the rest that fills no block is dropped; 0: all documents")
        .at_least(0);
    visit(
        "packing", self.packing,
        "a block holds as many whole documents as fit; false: each document is a block of its own, and what is longer "
        "than a block is cut off");
  }
};

}  // namespace hone::corpus
