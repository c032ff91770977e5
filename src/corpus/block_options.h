// How documents become the blocks that a language model trains on; options of every command that reads blocks.
#pragma once

#include <cstdint>

namespace hone::corpus {

struct BlockOptions {
  int64_t block_size = 1024;
  bool block = false;
  int64_t group_documents = 1000;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("block_size", self.block_size, "tokens of a block at most").in_range(1, int64_t{1} << 31);
    visit("block", self.block,
          "fixed blocks as in run_clm: documents are joined and cut; without it a block holds whole documents, and no "
          "document attends to another");
    visit("group_documents", self.group_documents,
          "with --block: this many documents are joined, and the rest that fills no block is dropped; 0: all documents")
        .at_least(0);
  }
};

}  // namespace hone::corpus
