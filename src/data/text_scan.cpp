#include "data/text_scan.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/vector_clones.h"

namespace hone::data {

namespace {

constexpr size_t kScanBlock = 32;
constexpr size_t kBytesBefore = 8;  // of each block, of which seven are read

// Returns the sum of the bytes.
uint64_t sum_of_bytes(const std::array<uint64_t, kScanBlock / 8>& words) {
  uint64_t sum = 0;
  for (const uint64_t word : words) {
    const uint64_t pairs = (word & 0x00FF00FF00FF00FFU) + (word >> 8 & 0x00FF00FF00FF00FFU);
    sum += pairs * 0x0001000100010001U >> 48;
  }
  return sum;
}

// Adds what at most UINT8_MAX blocks have.
HONE_VECTOR_CLONES void scan_blocks(const char* __restrict text, size_t num_blocks, TextScan& scan) {
  using Bytes = uint8_t __attribute__((vector_size(kScanBlock)));
  using Words = std::array<uint64_t, kScanBlock / 8>;
  Bytes letters{}, digits{}, spaces{}, signs{}, all{};
  for (size_t block = 0; block < num_blocks; ++block, text += kScanBlock) {
    Bytes bytes, before_1, before_2, before_4, before_7;  // and the bytes 1, 2, 4 and 7 before them
    std::memcpy(&bytes, text, kScanBlock);
    std::memcpy(&before_1, text - 1, kScanBlock);
    std::memcpy(&before_2, text - 2, kScanBlock);
    std::memcpy(&before_4, text - 4, kScanBlock);
    std::memcpy(&before_7, text - 7, kScanBlock);
    const Bytes lower = bytes | static_cast<uint8_t>(0x20);
    const auto is_letter = static_cast<Bytes>(lower - static_cast<uint8_t>('a')) < 26;
    const auto is_digit = static_cast<Bytes>(bytes - static_cast<uint8_t>('0')) < 10;
    const auto is_break = static_cast<Bytes>(bytes - static_cast<uint8_t>('\t')) < 5;
    const auto is_space = bytes == ' ';
    letters -= reinterpret_cast<Bytes>(is_letter);  // of 0 or 255
    digits -= reinterpret_cast<Bytes>(is_digit);
    spaces -= reinterpret_cast<Bytes>(is_break | is_space);
    const auto is_repeated = bytes == before_1;
    const auto is_run = is_repeated & (bytes == before_2) & (bytes == before_4) & (bytes == before_7);
    const auto is_control = ((bytes < 0x20) & ~is_break) | (bytes == 0x7F);
    const auto is_slashes = is_repeated & (bytes == '/');
    const auto is_www = ((before_2 | static_cast<uint8_t>(0x20)) == 'w') &
                        ((before_1 | static_cast<uint8_t>(0x20)) == 'w') & (bytes == '.');
    const auto is_mojibake = ((bytes | static_cast<uint8_t>(1)) == 0xC3) | (bytes == 0xE9);
    signs |= (reinterpret_cast<Bytes>(bytes == '<') & static_cast<uint8_t>(kSignLess)) |
             (reinterpret_cast<Bytes>(bytes == '&') & static_cast<uint8_t>(kSignAmpersand)) |
             (reinterpret_cast<Bytes>(bytes == '@') & static_cast<uint8_t>(kSignAt)) |
             (reinterpret_cast<Bytes>(is_slashes | is_www) & static_cast<uint8_t>(kSignAddress)) |
             (reinterpret_cast<Bytes>(is_mojibake) & static_cast<uint8_t>(kSignMojibakeByte)) |
             (reinterpret_cast<Bytes>(is_control) & static_cast<uint8_t>(kSignControl)) |
             (reinterpret_cast<Bytes>(is_space & is_repeated) & static_cast<uint8_t>(kSignTwoSpaces)) |
             (reinterpret_cast<Bytes>(is_run) & static_cast<uint8_t>(kSignRun));
    all |= bytes;
  }
  Words words;
  const auto words_of = [&](const Bytes& bytes) {
    std::memcpy(words.data(), &bytes, kScanBlock);
    return words;
  };
  scan.letters += sum_of_bytes(words_of(letters));
  scan.digits += sum_of_bytes(words_of(digits));
  scan.spaces += sum_of_bytes(words_of(spaces));
  uint64_t found = 0, bits = 0;
  for (const uint64_t word : words_of(signs)) found |= word;
  for (const uint64_t word : words_of(all)) bits |= word;
  for (size_t shift = 32; shift >= 8; shift /= 2) found |= found >> shift;
  scan.signs |= static_cast<uint32_t>(found & 0xFF);
  if ((bits & 0x8080808080808080U) != 0) scan.signs |= kSignBeyondAscii;
}

}  // namespace

TextScan scan_text(std::string_view text) {
  // Texts of a few blocks, and the first and last block of others, are copied, because no bytes may be read before and
  // after a text. Signs that count as nothing, of which no two are equal, stand there.
  constexpr size_t kInCopy = 8 * kScanBlock;
  constexpr std::string_view kAround = "+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-";
  static_assert(kAround.size() == kScanBlock);
  std::array<char, kBytesBefore + kInCopy + kScanBlock> copy;
  TextScan scan;
  const auto scan_copy = [&](std::string_view before, std::string_view bytes) {
    std::memcpy(copy.data(), before.data(), kBytesBefore);
    std::memcpy(copy.data() + kBytesBefore, bytes.data(), bytes.size());
    std::memcpy(copy.data() + kBytesBefore + bytes.size(), kAround.data(), kScanBlock);
    scan_blocks(copy.data() + kBytesBefore, (bytes.size() + kScanBlock - 1) / kScanBlock, scan);
  };
  if (text.size() <= kInCopy) {
    scan_copy(kAround, text);
    return scan;
  }
  scan_copy(kAround, text.substr(0, kScanBlock));
  size_t at = kScanBlock;
  while (text.size() - at >= kScanBlock) {
    const size_t num_blocks = std::min((text.size() - at) / kScanBlock, size_t{UINT8_MAX});
    scan_blocks(text.data() + at, num_blocks, scan);
    at += num_blocks * kScanBlock;
  }
  if (at < text.size()) scan_copy(text.substr(at - kBytesBefore), text.substr(at));
  return scan;
}

}  // namespace hone::data
