#include "text/nfc_check.h"

#include "base/utf8.h"
#include "text/normalizers.h"
#include "text/random_text.h"

#include <doctest/doctest.h>

namespace hone::text::nfc_check_test {

std::string nfc(const std::string& text) {
  static const Normalizer normalizer = make_normalizer({{"type", "NFC"}}, "test");
  NormalizedText characters = to_normalized_text(text);
  normalizer(characters);
  return to_utf8(characters);
}

TEST_CASE("texts that NFC changes are found") {
  CHECK(is_surely_nfc("plain text, caf\xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87 \xED\x95\x9C\xEA\xB5\xAD \xD0\xB9"));
  CHECK(!is_surely_nfc("cafe\xCC\x81"));
  CHECK(!is_surely_nfc("\xE2\x84\xAB"));              // the sign Angstrom
  CHECK(!is_surely_nfc("\xE1\x84\x80\xE1\x85\xA1"));  // parts of a Hangul syllable
}

TEST_CASE("no character that is surely in NFC changes, alone or after another") {
  for (char32_t code = 0; code < 0x30000; ++code) {  // no character above has a decomposition
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    append_utf8(text, code);
    if (!is_surely_nfc(text)) continue;
    for (const char* before : {"", "a", "\xEA\xB0\x80", "\xE0\xA6\x95\xE0\xA7\x87"}) {
      if (nfc(before + text) != before + text) FAIL("U+", static_cast<uint32_t>(code), " after ", before);
    }
  }
}

TEST_CASE("no random text that is surely in NFC changes") {
  const RandomText random(8);
  for (uint64_t i = 0; i < 20'000; ++i) {
    const std::string text = random(i);
    if (is_surely_nfc(text) && nfc(text) != text) FAIL("random string ", i, ": ", text);
  }
}

}  // namespace hone::text::nfc_check_test
