#include "corpus/mixture.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "corpus/keyed_permutation.h"

namespace hone::corpus {

namespace {

constexpr size_t kMaxCorpora = 255;

// Returns the blocks of each corpus in a period: by the largest remainder.
std::vector<uint64_t> quotas_of(const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<uint64_t> quotas;
  std::vector<double> remainders;
  for (const double weight : weights) {
    const double share = weight / sum * static_cast<double>(Mixture::kPeriod);
    quotas.push_back(static_cast<uint64_t>(share));
    remainders.push_back(share - std::floor(share));
  }
  for (uint64_t used = std::accumulate(quotas.begin(), quotas.end(), uint64_t{0}); used < Mixture::kPeriod; ++used) {
    const auto largest = std::ranges::max_element(remainders);
    ++quotas[static_cast<size_t>(largest - remainders.begin())];
    *largest = -1;
  }
  return quotas;
}

}  // namespace

std::vector<MixPart> parse_mix(std::span<const std::string> items) {
  std::vector<MixPart> parts;
  for (const std::string& item : items) {
    const size_t equals = item.rfind('=');
    MixPart part;
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorKind::kUsage, fmt::format("--mix: \"{}\" is not a folder with its weight", item),
                  "for example --mix books=0.7,web=0.3");
    }
    const char* const end = item.data() + item.size();
    const auto [read, error] = std::from_chars(item.data() + equals + 1, end, part.weight);
    if (error != std::errc() || read != end || !std::isfinite(part.weight) || part.weight <= 0) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--mix: the weight \"{}\" of {} is not a number above 0", item.substr(equals + 1),
                              item.substr(0, equals)),
                  "for example --mix books=0.7,web=0.3");
    }
    part.folder = item.substr(0, equals);
    for (const MixPart& other : parts) {
      if (other.folder.lexically_normal() != part.folder.lexically_normal()) continue;
      throw Error(ErrorKind::kUsage, fmt::format("--mix: {} is given twice", part.folder.string()),
                  "give one weight for each folder");
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

Mixture::Mixture(std::vector<uint64_t> sizes, const std::vector<double>& weights, uint64_t seed, bool shuffle)
    : sizes_(std::move(sizes)), seed_(seed), shuffle_(shuffle) {
  check_internal(!sizes_.empty() && (weights.empty() || weights.size() == sizes_.size()),
                 "a mixture needs corpora, and a weight for each or none");
  for (const uint64_t size : sizes_) {
    check_internal(size > 0, "a corpus of no blocks in a mixture");
    size_ += size;
  }
  if (sizes_.size() > kMaxCorpora) {
    throw Error(ErrorKind::kUsage, fmt::format("{} corpora are too many for a mixture", sizes_.size()),
                fmt::format("give at most {}; or join them into one corpus", kMaxCorpora));
  }
  if (!weights.empty()) lay_out(weights);
}

// Gives each position of a period to the corpus that lacks most blocks there.
void Mixture::lay_out(const std::vector<double>& weights) {
  quotas_ = quotas_of(weights);
  for (size_t i = 0; i < quotas_.size(); ++i) {
    if (quotas_[i] > 0) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("--mix: the weight {} of corpus {} is less than one block in {}", weights[i], i, kPeriod),
                "raise it, or leave the corpus out");
  }
  std::vector<uint64_t> counts(quotas_.size(), 0);
  for (uint64_t position = 0; position < kPeriod; ++position) {
    const auto lack = [&](size_t i) {
      return static_cast<int64_t>(quotas_[i] * (position + 1)) - static_cast<int64_t>(counts[i] * kPeriod);
    };
    size_t chosen = sizes_.size();
    for (size_t i = 0; i < sizes_.size(); ++i) {
      if (counts[i] < quotas_[i] && (chosen == sizes_.size() || lack(i) > lack(chosen))) chosen = i;
    }
    layout_.push_back(static_cast<uint8_t>(chosen));
    numbers_.push_back(static_cast<uint32_t>(counts[chosen]++));
  }
}

// Returns block `number` of the order of a corpus through all its epochs. The streams of the corpora differ.
Draw Mixture::drawn(size_t corpus, uint64_t number) const {
  Draw draw{corpus, number / sizes_[corpus], number % sizes_[corpus]};
  if (shuffle_) {
    const uint64_t stream = draw.epoch << 8 | (corpus + 1);
    draw.block = KeyedPermutation(seed_, stream, sizes_[corpus])(draw.block);
  }
  return draw;
}

Draw Mixture::at(uint64_t position) const {
  if (!quotas_.empty()) {
    const size_t corpus = layout_[position % kPeriod];
    return drawn(corpus, position / kPeriod * quotas_[corpus] + numbers_[position % kPeriod]);
  }
  Draw draw{0, position / size_, position % size_};
  if (shuffle_) draw.block = KeyedPermutation(seed_, draw.epoch << 8, size_)(draw.block);
  for (; draw.block >= sizes_[draw.corpus]; ++draw.corpus) draw.block -= sizes_[draw.corpus];
  return draw;
}

std::vector<double> Mixture::epochs(uint64_t position) const {
  if (quotas_.empty()) {
    return std::vector<double>(sizes_.size(), static_cast<double>(position) / static_cast<double>(size_));
  }
  std::vector<uint64_t> counts;
  for (const uint64_t quota : quotas_) counts.push_back(position / kPeriod * quota);
  for (uint64_t i = 0; i < position % kPeriod; ++i) ++counts[layout_[i]];
  std::vector<double> epochs;
  for (size_t i = 0; i < sizes_.size(); ++i) {
    epochs.push_back(static_cast<double>(counts[i]) / static_cast<double>(sizes_[i]));
  }
  return epochs;
}

}  // namespace hone::corpus
