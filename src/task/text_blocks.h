// The blocks of corpora as the rows of a training: their numbers, and the order in which a training reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "corpus/blocks.h"
#include "corpus/mixture.h"

namespace hone::task {

// The order in which examples are trained on, if it is their own (Examples::own_order).
class OwnOrder {
 public:
  virtual ~OwnOrder() = default;
  // Returns the row at a position of the training, counted through all epochs.
  virtual uint64_t row_at(uint64_t position) const = 0;
};

// Some blocks of a corpus: [begin, end).
struct BlockRange {
  std::shared_ptr<const corpus::Blocks> blocks;
  uint64_t begin = 0, end = 0;

  uint64_t size() const { return end - begin; }
};

// How the corpora take turns.
struct BlockOrder {
  std::vector<double> weights = {};  // of the corpora; empty: all blocks once in each epoch
  uint64_t seed = 42;
  bool shuffle = true;
};

// A row is a block. Several threads may read it.
class TextBlocks final : public OwnOrder {
 public:
  // No range is empty. Errors: those of corpus::Mixture.
  TextBlocks(std::vector<BlockRange> ranges, const BlockOrder& order);

  uint64_t size() const { return ends_.back(); }
  uint64_t length(uint64_t row) const;
  uint64_t num_tokens() const { return num_tokens_; }
  uint64_t row_at(uint64_t position) const override;
  // Returns how many epochs of each corpus lie before `position`, with fractions.
  std::vector<double> epochs(uint64_t position) const { return mixture_.epochs(position); }
  // Errors: those of corpus::Blocks::read.
  void read(uint64_t row, corpus::Block& block) const;
  // Bytes of text, estimated from the mean of the corpus.
  double num_bytes(uint64_t row) const;
  // "wiki: document 17".
  std::string location(uint64_t row) const;

  const std::vector<BlockRange>& ranges() const { return ranges_; }

 private:
  struct Place {
    const BlockRange* range;
    uint64_t block;
  };
  Place place_of(uint64_t row) const;

  std::vector<BlockRange> ranges_;
  std::vector<uint64_t> ends_;           // [ranges]: rows up to the end of each
  std::vector<double> bytes_per_token_;  // [ranges]
  corpus::Mixture mixture_;
  uint64_t num_tokens_ = 0;
};

}  // namespace hone::task
