// The order in which a training reads the blocks of one corpus or several: a function of the seed and the position, so
// that a run resumes at any step without reading what came before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "corpus/mixture_options.h"

namespace hone::corpus {

// A corpus and its share of the blocks.
struct MixPart {
  std::filesystem::path folder;
  double weight = 1;
};

// Parses the items of --mix: "DIR=WEIGHT", such as "books=0.7". Errors (kUsage): another form, a weight that is not
// above 0, a folder that is given twice.
std::vector<MixPart> parse_mix(std::span<const std::string> items);

// What stands at a position.
struct Draw {
  size_t corpus = 0;
  uint64_t epoch = 0;  // of this corpus, from 0 on
  uint64_t block = 0;  // of this corpus
  friend bool operator==(const Draw&, const Draw&) = default;
};

// Several threads may use it. Memory: 80 KiB if there are weights, whatever the sizes.
class Mixture {
 public:
  // `sizes`: the blocks of each corpus. `weights`: empty, or one for each corpus. Without weights an epoch is one order
  // of all blocks of all corpora. With weights each corpus has epochs of its own: it is read again as soon as it ends,
  // in another order. Shares are whole blocks in a period of kPeriod blocks; within it the corpora take turns. Errors
  // (kUsage): a weight whose share is less than one block in kPeriod; more than 255 corpora.
  Mixture(std::vector<uint64_t> sizes, const std::vector<double>& weights, uint64_t seed, bool shuffle);

  static constexpr uint64_t kPeriod = uint64_t{1} << 14;

  // The blocks of all corpora.
  uint64_t size() const { return size_; }
  Draw at(uint64_t position) const;
  // Returns how many epochs of each corpus lie before `position`, with fractions.
  std::vector<double> epochs(uint64_t position) const;

 private:
  Draw drawn(size_t corpus, uint64_t number) const;
  void lay_out(const std::vector<double>& weights);

  std::vector<uint64_t> sizes_;
  uint64_t seed_;
  bool shuffle_;
  uint64_t size_ = 0;
  std::vector<uint64_t> quotas_;   // the blocks of each corpus in a period; empty: no weights
  std::vector<uint8_t> layout_;    // [kPeriod]: the corpus of each position of a period
  std::vector<uint32_t> numbers_;  // [kPeriod]: how many earlier positions have the same corpus
};

}  // namespace hone::corpus
