// A text stays as it is if each of its characters is a starter, is its own NFC, and composes with no character before
// it. The last holds for a character if no decomposition has it, or its first part, after another character.
#include "text/nfc_check.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/utf8.h"
#include "text/normalizers.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

constexpr char32_t kFirstCombining = 0x300;  // every text of lower characters is in NFC

// Parts of Hangul syllables that compose with the character before them (The Unicode Standard, section 3.12).
constexpr CodePointRange kHangulParts[] = {{0x1161, 0x1175}, {0x11A8, 0x11C2}};

std::vector<bool> find_unstable() {
  std::vector<bool> unstable(0x110000);
  for (const auto& [first, last] : kHangulParts) {
    for (char32_t code = first; code <= last; ++code) unstable[code] = true;
  }
  for (char32_t code : combining_characters()) unstable[code] = true;
  const std::vector<char32_t> decomposable = decomposable_characters();
  for (char32_t code : decomposable) {
    const CodePoints parts = canonical_decomposition(code);
    for (int i = 1; i < parts.count; ++i) unstable[parts.codes[i]] = true;
  }
  const Normalizer nfc = make_normalizer({{"type", "NFC"}}, "NFC");
  for (char32_t code : decomposable) {
    NormalizedText text{{code, {}}};
    nfc(text);
    if (text.size() != 1 || text[0].code != code || unstable[canonical_decomposition(code).codes[0]]) {
      unstable[code] = true;
    }
  }
  return unstable;
}

const char* skip_ascii(const char* p, const char* end) {
  while (end - p >= 8) {
    uint64_t bytes;
    std::memcpy(&bytes, p, sizeof(bytes));
    if ((bytes & 0x8080808080808080u) != 0) break;
    p += 8;
  }
  while (p < end && static_cast<unsigned char>(*p) < 0x80) ++p;
  return p;
}

}  // namespace

bool is_surely_nfc(std::string_view text) {
  static const std::vector<bool> unstable = find_unstable();
  const char* const end = text.data() + text.size();
  for (const char* p = skip_ascii(text.data(), end); p < end;) {
    const char32_t code = next_code_point(p);
    if (code >= kFirstCombining && unstable[code]) return false;
    if (p < end && static_cast<unsigned char>(*p) < 0x80) p = skip_ascii(p, end);
  }
  return true;
}

}  // namespace hone::text
