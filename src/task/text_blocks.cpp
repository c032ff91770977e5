#include "task/text_blocks.h"

#include <algorithm>

#include "base/error.h"

namespace hone::task {

namespace {

std::vector<uint64_t> sizes_of(const std::vector<BlockRange>& ranges) {
  std::vector<uint64_t> sizes;
  for (const BlockRange& range : ranges) sizes.push_back(range.size());
  return sizes;
}

uint64_t tokens_of(const BlockRange& range) {
  if (range.size() == range.blocks->size()) return range.blocks->counts().tokens;
  uint64_t tokens = 0;
  for (uint64_t block = range.begin; block < range.end; ++block) tokens += range.blocks->length(block);
  return tokens;
}

}  // namespace

TextBlocks::TextBlocks(std::vector<BlockRange> ranges, const BlockOrder& order)
    : ranges_(std::move(ranges)), mixture_(sizes_of(ranges_), order.weights, order.seed, order.shuffle) {
  uint64_t end = 0;
  for (const BlockRange& range : ranges_) {
    ends_.push_back(end += range.size());
    num_tokens_ += tokens_of(range);
    const corpus::ShardRecord totals = range.blocks->corpus().manifest().totals();
    bytes_per_token_.push_back(static_cast<double>(totals.num_bytes) / static_cast<double>(totals.num_tokens));
  }
}

TextBlocks::Place TextBlocks::place_of(uint64_t row) const {
  check_internal(row < size(), "a row beyond the blocks");
  const auto index = static_cast<size_t>(std::ranges::upper_bound(ends_, row) - ends_.begin());
  const BlockRange& range = ranges_[index];
  return {&range, range.begin + row - (ends_[index] - range.size())};
}

uint64_t TextBlocks::length(uint64_t row) const {
  const Place place = place_of(row);
  return place.range->blocks->length(place.block);
}

uint64_t TextBlocks::row_at(uint64_t position) const {
  const corpus::Draw draw = mixture_.at(position);
  return ends_[draw.corpus] - ranges_[draw.corpus].size() + draw.block;
}

void TextBlocks::read(uint64_t row, corpus::Block& block) const {
  const Place place = place_of(row);
  place.range->blocks->read(place.block, block);
}

double TextBlocks::num_bytes(uint64_t row) const {
  const Place place = place_of(row);
  return static_cast<double>(place.range->blocks->length(place.block)) *
         bytes_per_token_[static_cast<size_t>(place.range - ranges_.data())];
}

std::string TextBlocks::location(uint64_t row) const {
  const Place place = place_of(row);
  const corpus::Blocks& blocks = *place.range->blocks;
  return fmt::format("{}: document {}", blocks.corpus().folder().string(), blocks.first_document(place.block));
}

}  // namespace hone::task
