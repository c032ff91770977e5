#include "data/shingles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <random>

#include "base/vector_clones.h"

namespace hone::data {

namespace {

// Of a polynomial over the characters; sketches mix its bits.
constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15U;

constexpr std::array<uint64_t, kShingleSize + 1> kPowers = [] {
  std::array<uint64_t, kShingleSize + 1> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * kMultiplier;
  return powers;
}();

uint64_t hash_of(std::span<const char32_t> characters) {
  uint64_t hash = characters.size();
  for (const char32_t code : characters) hash = hash * kMultiplier + code;
  return hash;
}

constexpr size_t kShinglesInGroup = 8;  // shingles that are hashed together

// Writes hash_of() of the num_groups * kShinglesInGroup shingles of kShingleSize characters.
HONE_VECTOR_CLONES void hash_shingle_groups(const char32_t* __restrict characters, size_t num_groups,
                                            uint64_t* __restrict hashes) {
  for (size_t group = 0; group < num_groups; ++group, characters += kShinglesInGroup, hashes += kShinglesInGroup) {
    for (size_t i = 0; i < kShinglesInGroup; ++i) {
      hashes[i] = kShingleSize * kPowers[5] + characters[i] * kPowers[4] + characters[i + 1] * kPowers[3] +
                  characters[i + 2] * kPowers[2] + characters[i + 3] * kPowers[1] + characters[i + 4];
    }
  }
}

// The same for kChineseShingleSize.
HONE_VECTOR_CLONES void hash_chinese_groups(const char32_t* __restrict characters, size_t num_groups,
                                            uint64_t* __restrict hashes) {
  for (size_t group = 0; group < num_groups; ++group, characters += kShinglesInGroup, hashes += kShinglesInGroup) {
    for (size_t i = 0; i < kShinglesInGroup; ++i) {
      hashes[i] = kChineseShingleSize * kPowers[2] + characters[i] * kPowers[1] + characters[i + 1];
    }
  }
}

}  // namespace

void ShingleReader::hash_range(size_t begin, size_t end, bool is_chinese) {
  const size_t size = is_chinese ? kChineseShingleSize : kShingleSize;
  if (text_.size() < size) return;
  end = std::min(end, text_.size() - size + 1);
  if (begin >= end) return;
  const size_t num_groups = (end - begin) / kShinglesInGroup;
  const auto hash = is_chinese ? hash_chinese_groups : hash_shingle_groups;
  if (num_groups > 0) hash(characters_.data() + begin, num_groups, hashes_.data() + num_hashes_);
  num_hashes_ += num_groups * kShinglesInGroup;
  for (size_t at = begin + num_groups * kShinglesInGroup; at < end; ++at) {
    hashes_[num_hashes_++] = hash_of(std::span(characters_).subspan(at, size));
  }
}

void ShingleReader::hash_shingles() {
  num_hashes_ = 0;
  if (text_.is_ascii()) {
    hash_range(0, text_.size(), false);
  } else {
    text_.for_each_run([this](size_t begin, size_t end, bool is_chinese) { hash_range(begin, end, is_chinese); });
  }
  if (num_hashes_ == 0 && !text_.is_empty())
    hashes_[num_hashes_++] = hash_of(std::span(characters_).first(text_.size()));
}

void ShingleReader::read(std::string_view text) {
  text_.read(text);
  if (characters_.size() < text_.size() + 1) characters_.resize(std::max(text_.size() + 1, 2 * characters_.size()));
  if (hashes_.size() < characters_.size()) hashes_.resize(characters_.size());
  text_.is_ascii() ? void(std::ranges::copy(text_.ascii(), characters_.begin()))
                   : void(std::ranges::copy(text_.wide(), characters_.begin()));
  hash_shingles();
}

void ShingleReader::release_large() {
  constexpr size_t kMaxKeptBytes = size_t{4} << 20;
  if (kept_bytes() > kMaxKeptBytes) *this = ShingleReader();
}

ShingleComparer::Slot& ShingleComparer::slot_of(uint64_t shingle) {
  // Random, so that no text can be written whose shingles all have the same slot.
  static const uint64_t multiplier = uint64_t{std::random_device()()} << 32 | std::random_device()() | 1;
  size_t slot = shingle * multiplier >> shift_;
  while (slots_[slot].round == round_ && slots_[slot].shingle != shingle) slot = (slot + 1) % slots_.size();
  return slots_[slot];
}

double ShingleComparer::similarity(std::string_view a, std::string_view b, double threshold) {
  // Beyond that, a table that is kept would be too large, and sorting is fast enough.
  if (a.size() + b.size() > kMaxTableShingles) return jaccard(shingles(a), shingles(b));
  reader_.read(a);
  // Twice as many slots as shingles: a text has no more of them than bytes.
  if (const size_t size = std::bit_ceil(2 * (reader_.hashes().size() + b.size()) + 2);
      size > slots_.size() || ++round_ == 0) {
    slots_.assign(std::max(size, slots_.size()), {});
    shift_ = 64 - std::countr_zero(slots_.size());
    round_ = 1;
  }
  size_t num_all = 0, num_shared = 0;
  for (const uint64_t shingle : reader_.hashes()) {
    Slot& slot = slot_of(shingle);
    num_all += slot.round != round_;
    slot = {shingle, round_, false};
  }
  reader_.read(b);
  const auto num_in_a = static_cast<double>(num_all);  // the most that both can share
  if (static_cast<double>(reader_.hashes().size()) / num_in_a < threshold) return 0;
  for (const uint64_t shingle : reader_.hashes()) {
    Slot& slot = slot_of(shingle);
    if (slot.round != round_) {
      slot = {shingle, round_, true};
      ++num_all;
      if (num_in_a / static_cast<double>(num_all) < threshold) return 0;
    } else if (!slot.is_in_b) {
      slot.is_in_b = true;
      ++num_shared;
    }
  }
  return num_all == 0 ? 0 : static_cast<double>(num_shared) / static_cast<double>(num_all);
}

std::vector<uint64_t> shingles(std::string_view text) {
  ShingleReader reader;
  reader.read(text);
  std::vector<uint64_t> result(reader.hashes().begin(), reader.hashes().end());
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

double jaccard(std::span<const uint64_t> a, std::span<const uint64_t> b) {
  size_t shared = 0;
  auto left = a.begin(), right = b.begin();
  while (left != a.end() && right != b.end()) {
    if (*left == *right) {
      ++shared, ++left, ++right;
    } else if (*left < *right) {
      ++left;
    } else {
      ++right;
    }
  }
  const size_t all = a.size() + b.size() - shared;
  return all == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(all);
}

}  // namespace hone::data
