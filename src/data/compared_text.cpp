#include "data/compared_text.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/byte_scan.h"
#include "base/utf8.h"
#include "base/vector_clones.h"
#include "data/byte_hash.h"
#include "text/character_kind.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

char32_t half_width(char32_t code) { return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFEE0 : code; }

bool is_compared(char32_t code) {
  return text::is_in(text::CharacterKinds::get().of(code), text::kLetterKinds | text::kNumberKind) ||
         (code >= 0x300 && text::is_combining_mark(code));
}

// What a character beyond ASCII is to the comparison.
enum class Role : uint8_t { kGap, kChinese, kSame, kHasLowerCase };

Role role_of(char32_t code) {
  if (!is_compared(code)) return Role::kGap;
  if (code >= 0x3040 && (code <= 0x30FF || text::is_chinese(code))) return Role::kChinese;
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

// The compared form of each character of ASCII, a space for those that are not compared.
constexpr std::array<uint8_t, 128> kComparedAscii = [] {
  std::array<uint8_t, 128> compared{};
  compared.fill(' ');
  for (uint8_t c = '0'; c <= '9'; ++c) compared[c] = c;
  for (uint8_t c = 'a'; c <= 'z'; ++c) compared[c] = compared[c - 32U] = c;
  return compared;
}();

// How eight bytes of which some are dropped (bit i for byte i) move together.
struct Packing {
  std::array<std::array<uint8_t, 8>, 256> sources{};
  std::array<uint8_t, 256> num_kept{};
};
constexpr Packing kPacking = [] {
  Packing packing;
  for (size_t dropped = 0; dropped < 256; ++dropped) {
    for (uint8_t i = 0; i < 8; ++i) {
      if ((dropped >> i & 1) == 0) packing.sources[dropped][packing.num_kept[dropped]++] = i;
    }
  }
  return packing;
}();

// Writes eight bytes; the first ones are those that are kept. The vector code of clang has no such operation.
inline void write_packed(uint64_t bytes, const std::array<uint8_t, 8>& sources, uint8_t* to) {
#if defined(__clang__)
  for (size_t i = 0; i < 8; ++i) to[i] = static_cast<uint8_t>(bytes >> (8 * sources[i]));
#else
  using Words = uint64_t __attribute__((vector_size(16)));
  using Bytes = uint8_t __attribute__((vector_size(16)));
  uint64_t places;
  std::memcpy(&places, sources.data(), 8);
  const auto packed = reinterpret_cast<Words>(
      __builtin_shuffle(reinterpret_cast<Bytes>(Words{bytes, 0}), reinterpret_cast<Bytes>(Words{places, 0})));
  const uint64_t first = packed[0];
  std::memcpy(to, &first, 8);
#endif
}

constexpr size_t kComparedBlock = 32;  // bytes that are read together

// Writes the compared characters of blocks of ASCII and returns their number. `after_gap` is 1 if a space may not come
// first. Sets `bits` to those that any byte has; if one is beyond ASCII, nothing else counts. Nothing branches, because
// nothing predicts the ends of words. Up to 8 bytes after the last one are changed.
HONE_VECTOR_CLONES size_t write_compared(const char* __restrict text, size_t num_blocks, uint64_t after_gap,
                                         uint8_t* __restrict to, uint64_t& bits) {
  using Bytes = uint8_t __attribute__((vector_size(kComparedBlock)));
  const uint8_t* const begin = to;
  Bytes all_bits{};
  for (size_t block = 0; block < num_blocks; ++block, text += kComparedBlock) {
    Bytes bytes;
    std::memcpy(&bytes, text, kComparedBlock);
    all_bits |= bytes;
    const Bytes lower = bytes | static_cast<uint8_t>(0x20);  // digits have this bit, too
    const auto is_letter = reinterpret_cast<Bytes>(static_cast<Bytes>(lower - static_cast<uint8_t>('a')) < 26);
    const auto is_digit = reinterpret_cast<Bytes>(static_cast<Bytes>(bytes - static_cast<uint8_t>('0')) < 10);
    const Bytes is_word = is_letter | is_digit;
    const Bytes compared = (is_word & lower) | (~is_word & static_cast<uint8_t>(' '));
    std::array<uint64_t, kComparedBlock / 8> words, in_word;
    std::memcpy(words.data(), &compared, kComparedBlock);
    std::memcpy(in_word.data(), &is_word, kComparedBlock);
    for (size_t i = 0; i < words.size(); ++i) {
      // The product moves the lowest bit of byte k to bit 56 + k.
      const uint64_t gaps = (~in_word[i] & 0x0101010101010101U) * 0x0102040810204080U >> 56;
      const uint64_t dropped = gaps & (gaps << 1 | after_gap);
      after_gap = gaps >> 7;
      write_packed(words[i], kPacking.sources[dropped], to);
      to += kPacking.num_kept[dropped];
    }
  }
  std::array<uint64_t, kComparedBlock / 8> words;
  std::memcpy(words.data(), &all_bits, kComparedBlock);
  bits |= words[0] | words[1] | words[2] | words[3];
  return static_cast<size_t>(to - begin);
}

constexpr size_t kWidened = 16;  // bytes that become wide together

// Writes num_groups * kWidened characters.
HONE_VECTOR_CLONES void widen(const uint8_t* __restrict from, size_t num_groups, char32_t* __restrict to) {
  for (size_t group = 0; group < num_groups; ++group, from += kWidened, to += kWidened) {
    for (size_t i = 0; i < kWidened; ++i) to[i] = from[i];
  }
}

size_t groups_of(size_t size, size_t group_size) { return (size + group_size - 1) / group_size; }

}  // namespace

bool ComparedText::is_chinese_or_kana(char32_t code) { return code >= 0x80 && Roles::get().of(code) == Role::kChinese; }

void ComparedText::remove_space() {
  if (size_ > 0 && last() == U' ') --size_;
}

void ComparedText::add_ascii(char32_t code) {
  const uint8_t compared = kComparedAscii[code];
  const bool is_gap = compared == ' ';
  if (is_gap && after_gap_) return;
  after_gap_ = is_gap;
  is_ascii_ ? void(ascii_[size_++] = compared) : void(wide_[size_++] = compared);
}

bool ComparedText::add_ascii_run(std::string_view run) {
  constexpr size_t kShortRun = 8;
  if (run.size() <= kShortRun && is_all_ascii(run)) {
    for (const char c : run) add_ascii(static_cast<unsigned char>(c));
    return true;
  }
  uint8_t* const to = is_ascii_ ? ascii_.data() + size_ : ascii_.data();
  const size_t num_whole = run.size() / kComparedBlock, num_last = run.size() % kComparedBlock;
  uint64_t bits = 0;
  size_t count = write_compared(run.data(), num_whole, static_cast<uint64_t>(after_gap_), to, bits);
  const auto is_gap_at = [&](size_t at) { return kComparedAscii[static_cast<unsigned char>(run[at]) & 0x7F] == ' '; };
  const bool ends_in_gap = is_gap_at(run.size() - 1);
  if (num_last > 0) {
    std::array<char, kComparedBlock> last;
    last.fill(' ');
    std::memcpy(last.data(), run.data() + num_whole * kComparedBlock, num_last);
    const bool after_gap = num_whole > 0 ? is_gap_at(num_whole * kComparedBlock - 1) : after_gap_;
    count += write_compared(last.data(), 1, static_cast<uint64_t>(after_gap), to + count, bits);
    count -= static_cast<size_t>(!ends_in_gap);  // the space that filled the block up
  }
  if ((bits & 0x8080808080808080U) != 0) return false;
  after_gap_ = ends_in_gap;
  if (!is_ascii_) widen(to, groups_of(count, kWidened), wide_.data() + size_);
  size_ += count;
  return true;
}

void ComparedText::become_wide() {
  is_ascii_ = false;
  if (wide_.size() < ascii_.size()) wide_.resize(ascii_.size());
  widen(ascii_.data(), groups_of(size_, kWidened), wide_.data());
}

void ComparedText::add_wide(char32_t code) {
  if (is_ascii_ && code >= 0x80) become_wide();
  is_ascii_ ? void(ascii_[size_++] = static_cast<uint8_t>(code)) : void(wide_[size_++] = code);
  after_gap_ = false;
}

void ComparedText::read_other(char32_t code) {
  code = half_width(code);
  const Role role = code < 0x80 ? Role::kGap : Roles::get().of(code);
  if (code < 0x80) {
    add_ascii(code);
  } else if (role == Role::kGap) {
    add_ascii(' ');
  } else if (role == Role::kChinese) {
    remove_space();
    add_wide(code);
    has_chinese_ = true;
    after_gap_ = true;  // a gap that follows becomes nothing
  } else if (role == Role::kSame) {
    add_wide(code);
  } else {
    for (const char32_t lower : text::to_lowercase(code)) add_wide(lower);
  }
}

void ComparedText::read(std::string_view text) {
  size_ = 0;
  is_ascii_ = after_gap_ = true;
  has_chinese_ = false;
  // No character has more characters in lower case than bytes.
  if (const size_t most = text.size() + kReadableBytes; ascii_.size() < most) {
    ascii_.resize(std::max(most, 2 * ascii_.size()));
  }
  // Most texts are of ASCII, so that is tried first.
  for (size_t at = add_ascii_run(text) ? text.size() : 0; at < text.size();) {
    const size_t end = find_byte(text, at, is_beyond_ascii);
    if (end > at) (void)add_ascii_run(text.substr(at, end - at));
    const char* p = text.data() + end;
    while (p < text.data() + text.size() && static_cast<unsigned char>(*p) >= 0x80) read_other(next_code_point(p));
    at = static_cast<size_t>(p - text.data());
  }
  remove_space();
  if (is_ascii_) std::memset(ascii_.data() + size_, 0, 8);
}

uint64_t ComparedText::hash() const {
  const auto bytes = is_ascii_ ? std::as_bytes(ascii()) : std::as_bytes(wide());
  const uint64_t hash = byte_hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return is_ascii_ ? hash : ~hash;
}

void ComparedText::release_large() {
  constexpr size_t kMaxKeptBytes = size_t{4} << 20;
  if (kept_bytes() > kMaxKeptBytes) *this = ComparedText();
}

}  // namespace hone::data
