// The blocks of a corpus: what a language model reads as one row of a batch. Block i costs the same wherever it stands.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "corpus/block_options.h"
#include "corpus/corpus.h"

namespace hone::corpus {

// The tokens of a block. Its sequences do not attend to each other, and the positions of each begin at 0, as in
// tensor::Packing.
struct Block {
  std::vector<int32_t> ids;         // [T]
  std::vector<int64_t> offsets;     // [S + 1]; sequence s is tokens offsets[s] up to offsets[s + 1]
  std::vector<uint64_t> documents;  // [S]: the document of each sequence, in ascending order; of a fixed block empty
};

struct BlockCounts {
  uint64_t blocks = 0;
  uint64_t documents = 0;        // with tokens
  uint64_t split_documents = 0;  // longer than a block: split, or cut off without packing
  uint64_t tokens = 0;           // in blocks
  uint64_t dropped_tokens = 0;   // in no block
};

// Packed blocks hold whole documents in their order, as many as fit. A document that is longer than a block fills
// blocks of its own, and its rest is packed like a document. Fixed blocks (BlockOptions::block) are those of
// transformers' run_clm on the same documents: each is one sequence of block_size tokens, whatever documents they come
// from. run_clm groups 1000 rows at a time. Without BlockOptions::packing a block is one document, and the rest of a
// longer one is in no block.
//
// Several threads may read it. Memory: 8 bytes for each packed block, 8 bytes for each group of fixed ones.
class Blocks {
 public:
  // Reads the offsets of all documents once. Errors: kInput for damaged offsets, and if the documents fill no block;
  // kUsage for options that contradict each other.
  Blocks(std::shared_ptr<const Corpus> corpus, const BlockOptions& options);

  const Corpus& corpus() const { return *corpus_; }
  const BlockCounts& counts() const { return counts_; }
  uint64_t size() const { return counts_.blocks; }
  bool is_packing() const { return is_packed_; }
  // "packed block", "fixed block" or "document".
  const char* kind_name() const;
  // The tokens of a block; a packed block may have less than block_size.
  uint64_t length(uint64_t block) const;
  // The document with which a block begins.
  uint64_t first_document(uint64_t block) const;
  // Reads block `index` below size() into `block`, whose memory is used again. Error (kInput): damaged shards.
  void read(uint64_t index, Block& block) const;

 private:
  // A place between two tokens.
  struct Place {
    uint64_t document = 0, token = 0;
  };
  // `shard`: that of Corpus::document().
  Place skip_empty(Place at, size_t& shard) const;
  // Calls use(document, range) for the parts of documents in the packed block that begins at `at`. Returns where the
  // next block begins.
  template <typename Use>
  Place walk(Place at, size_t& shard, const Use& use) const;
  Place packed_begin(uint64_t index, size_t& shard) const;
  void index_packed();
  void index_fixed();
  TokenRange fixed_range(uint64_t index) const;

  std::shared_ptr<const Corpus> corpus_;
  uint64_t block_size_, group_documents_;
  bool is_fixed_, is_packed_;
  BlockCounts counts_;
  std::vector<Place> places_;            // where blocks 0, 2, 4 ... begin, unless they are fixed
  std::vector<uint64_t> blocks_before_;  // each group of fixed blocks
};

}  // namespace hone::corpus
