#include "data/shingles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <random>

#include "base/utf8.h"
#include "base/vector_clones.h"
#include "text/character_kind.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

constexpr size_t kShingleSize = 5, kChineseShingleSize = 2;

bool is_chinese_or_kana(char32_t code) { return code >= 0x3040 && (code <= 0x30FF || text::is_chinese(code)); }

char32_t half_width(char32_t code) { return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code; }

bool is_compared(char32_t code) {
  return text::is_in(text::CharacterKinds::get().of(code), text::kLetterKinds | text::kNumberKind) ||
         (code >= 0x300 && text::is_combining_mark(code));
}

// What a character beyond ASCII is to the comparison.
enum class Role : uint8_t { kGap, kChinese, kSame, kHasLowerCase };

Role role_of(char32_t code) {
  if (!is_compared(code)) return Role::kGap;
  if (is_chinese_or_kana(code)) return Role::kChinese;
  const text::CodePoints lower = text::to_lowercase(code);
  return lower.count == 1 && lower.codes[0] == code ? Role::kSame : Role::kHasLowerCase;
}

// The roles of the characters of the Basic Multilingual Plane.
class Roles {
 public:
  static const Roles& get() {
    static const Roles roles;
    return roles;
  }
  Role of(char32_t code) const { return code < kSize ? roles_[code] : role_of(code); }

 private:
  Roles() : roles_(kSize) {
    for (char32_t code = 0; code < kSize; ++code) roles_[code] = role_of(code);
  }
  static constexpr size_t kSize = 0x10000;
  std::vector<Role> roles_;
};

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

// Adds a hash of each of num_groups * kShinglesInGroup characters and its place, from `first` on, to the lanes of
// `sums`.
HONE_VECTOR_CLONES void add_character_groups(const char32_t* __restrict characters, size_t num_groups, uint64_t first,
                                             uint64_t* __restrict sums) {
  for (size_t group = 0; group < num_groups; ++group, characters += kShinglesInGroup, first += kShinglesInGroup) {
    for (size_t i = 0; i < kShinglesInGroup; ++i) {
      uint64_t x = (characters[i] | (first + i) << 32) * 0xFF51AFD7ED558CCDU;
      x = (x ^ (x >> 32)) * 0xC4CEB9FE1A85EC53U;
      sums[i] += x ^ (x >> 32);
    }
  }
}

// The compared form of each character of ASCII, a space for those that are not compared.
constexpr std::array<char, 128> kComparedAscii = [] {
  std::array<char, 128> compared{};
  compared.fill(' ');
  for (char c = '0'; c <= '9'; ++c) compared[static_cast<size_t>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) compared[static_cast<size_t>(c)] = compared[static_cast<size_t>(c - 32)] = c;
  return compared;
}();

// Writes compared characters. A gap becomes a space at once, which a Chinese character or the end removes.
class CharacterWriter {
 public:
  explicit CharacterWriter(char32_t* to) : begin_(to), to_(to) {}

  void add_ascii(char32_t code) {
    *to_ = static_cast<char32_t>(kComparedAscii[code]);
    const bool is_gap = kComparedAscii[code] == ' ';
    // Without a branch, because nothing predicts the ends of words.
    to_ += 1 - (static_cast<ptrdiff_t>(is_gap) & static_cast<ptrdiff_t>(after_gap_));
    after_gap_ = is_gap;
  }
  void add_gap() { add_ascii(' '); }
  void add(char32_t code) {
    *to_++ = code;
    after_gap_ = false;
  }
  void add_chinese(char32_t code) {
    remove_space();
    *to_++ = code;
    after_gap_ = true;  // a gap that follows becomes nothing
  }
  size_t finish() {
    remove_space();
    return static_cast<size_t>(to_ - begin_);
  }

 private:
  void remove_space() {
    if (to_ > begin_ && to_[-1] == U' ') --to_;
  }

  char32_t* begin_;
  char32_t* to_;
  bool after_gap_ = true;  // a space would be the first character, or follow a gap or a Chinese character
};

}  // namespace

void ShingleReader::read_characters(std::string_view text) {
  // No character has more characters in lower case than bytes.
  if (characters_.size() < text.size() + 1) characters_.resize(std::max(text.size() + 1, 2 * characters_.size()));
  const Roles& roles = Roles::get();
  CharacterWriter writer(characters_.data());
  has_chinese_ = false;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    while (p < end && static_cast<unsigned char>(*p) < 0x80) writer.add_ascii(static_cast<unsigned char>(*p++));
    if (p == end) break;
    const char32_t code = half_width(next_code_point(p));
    const Role role = code < 0x80 ? Role::kGap : roles.of(code);
    if (code < 0x80) {
      writer.add_ascii(code);
    } else if (role == Role::kGap) {
      writer.add_gap();
    } else if (role == Role::kChinese) {
      writer.add_chinese(code);
      has_chinese_ = true;
    } else if (role == Role::kSame) {
      writer.add(code);
    } else {
      for (const char32_t lower : text::to_lowercase(code)) writer.add(lower);
    }
  }
  num_characters_ = writer.finish();
}

uint64_t ShingleReader::hash_of_characters() const {
  std::array<uint64_t, kShinglesInGroup> sums{};
  const size_t num_groups = num_characters_ / kShinglesInGroup, num_whole = num_groups * kShinglesInGroup;
  add_character_groups(characters_.data(), num_groups, 0, sums.data());
  std::array<char32_t, kShinglesInGroup> last{};
  std::copy(characters_.data() + num_whole, characters_.data() + num_characters_, last.data());
  add_character_groups(last.data(), 1, num_whole, sums.data());
  uint64_t hash = num_characters_;
  for (const uint64_t sum : sums) hash = (hash ^ sum) * kMultiplier;
  return hash;
}

void ShingleReader::hash_range(size_t begin, size_t end, bool is_chinese) {
  const size_t size = is_chinese ? kChineseShingleSize : kShingleSize;
  if (num_characters_ < size) return;
  end = std::min(end, num_characters_ - size + 1);
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
  if (hashes_.size() < num_characters_ + 1) hashes_.resize(characters_.size());
  num_hashes_ = 0;
  if (!has_chinese_) {
    hash_range(0, num_characters_, false);
  } else {
    const Roles& roles = Roles::get();
    const auto is_chinese_role = [&](char32_t code) { return code >= 0x80 && roles.of(code) == Role::kChinese; };
    for (size_t begin = 0, end = 0; begin < num_characters_; begin = end) {
      const bool is_chinese = is_chinese_role(characters_[begin]);
      while (end < num_characters_ && is_chinese_role(characters_[end]) == is_chinese) ++end;
      hash_range(begin, end, is_chinese);
    }
  }
  if (num_hashes_ == 0 && num_characters_ > 0) {
    hashes_[num_hashes_++] = hash_of(std::span(characters_).first(num_characters_));
  }
}

void ShingleReader::read(std::string_view text) {
  read_characters(text);
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

double ShingleComparer::similarity(std::string_view a, std::string_view b) {
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
  for (const uint64_t shingle : reader_.hashes()) {
    Slot& slot = slot_of(shingle);
    if (slot.round != round_) {
      slot = {shingle, round_, true};
      ++num_all;
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
