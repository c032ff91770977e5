#include "data/row_facts.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/utf8.h"
#include "data/byte_hash.h"
#include "data/html.h"
#include "data/mojibake.h"
#include "data/noise_characters.h"
#include "data/spans.h"
#include "data/text_scan.h"
#include "table/value.h"
#include "text/character_kind.h"
#include "text/unicode.h"

namespace hone::data {

namespace {

constexpr uint32_t kRepeatedCharacters = 8;  // kSignRun means as many
constexpr size_t kBlock = 64;                // bytes that are counted together

struct CharacterCounts {
  std::array<uint32_t, kNumScripts> scripts{};
  uint32_t all = 0, symbols = 0, run = 0;
  char32_t last = 0;
  uint16_t noise = 0;
  bool has_c1 = false;  // a control character beyond ASCII
};

bool is_full_width(char32_t code) {
  return (code >= 0xFF10 && code <= 0xFF19) || (code >= 0xFF21 && code <= 0xFF3A) || (code >= 0xFF41 && code <= 0xFF5A);
}

void count_ascii(char32_t code, CharacterCounts& counts) {
  const bool is_letter = (code | 0x20) >= 'a' && (code | 0x20) <= 'z';
  counts.scripts[static_cast<size_t>(Script::kLatin)] += is_letter;
  const bool is_space = code == ' ' || (code >= '\t' && code <= '\r');
  if (!is_letter && !is_space && (code < '0' || code > '9')) ++counts.symbols;
  if (is_control(code)) counts.noise |= kNoiseControl;
}

void count_other(char32_t code, CharacterCounts& counts) {
  if (code >= 0x4E00 && code <= 0x9FFF) {
    ++counts.scripts[static_cast<size_t>(Script::kHan)];
    return;
  }
  const Script script = script_of(code);
  ++counts.scripts[static_cast<size_t>(script)];
  counts.has_c1 |= is_control(code);
  if (is_invisible(code)) counts.noise |= kNoiseInvisible;
  if (code == 0xFFFD) counts.noise |= kNoiseReplacement;
  if (is_full_width(code)) counts.noise |= kNoiseFullWidth;
  const text::CharacterKind kind = text::CharacterKinds::get().of(code);
  if (kind == text::CharacterKind::kOther && script == Script::kNone && !text::is_combining_mark(code)) {
    ++counts.symbols;
  }
}

bool is_ascii_block(const char* p) {
  uint64_t bits = 0;
  for (size_t i = 0; i < kBlock; i += 8) {
    uint64_t word;
    std::memcpy(&word, p + i, 8);
    bits |= word;
  }
  return (bits & 0x8080808080808080U) == 0;
}

// Counts a block of ASCII that follows p[-1], which follows `before_last`. Returns false without counting if the block
// may hold a run of kRepeatedCharacters or continue one. The loop has no branches, so that the compiler uses vectors.
bool count_ascii_block(const char* p, char before_last, CharacterCounts& counts) {
  uint8_t letters = 0, spaces = 0, digits = 0, controls = 0, pairs = 0, double_spaces = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    const auto code = static_cast<uint8_t>(p[i]);
    const auto before = static_cast<uint8_t>(p[static_cast<ptrdiff_t>(i) - 1]);
    const auto is_break = static_cast<uint8_t>(static_cast<uint8_t>(code - '\t') < 5);
    const auto is_pair = static_cast<uint8_t>(code == before);
    letters = static_cast<uint8_t>(letters + (static_cast<uint8_t>((code | 0x20) - 'a') < 26));
    digits = static_cast<uint8_t>(digits + (static_cast<uint8_t>(code - '0') < 10));
    spaces = static_cast<uint8_t>(spaces + ((code == ' ') | is_break));
    controls = static_cast<uint8_t>(controls + (((code < ' ') & (is_break ^ 1)) | (code == 0x7F)));
    pairs = static_cast<uint8_t>(pairs + is_pair);
    double_spaces = static_cast<uint8_t>(double_spaces + (is_pair & (code == ' ')));
  }
  if (pairs >= kRepeatedCharacters - 1 || (p[0] == p[-1] && (p[0] == p[1] || p[0] == before_last))) return false;
  counts.all += kBlock;
  counts.scripts[static_cast<size_t>(Script::kLatin)] += letters;
  counts.symbols += static_cast<uint32_t>(kBlock) - letters - digits - spaces;
  if (controls > 0) counts.noise |= kNoiseControl;
  if (double_spaces > 0) counts.noise |= kNoiseSpaces;
  return true;
}

// Sets the run that ends before `p`, in ASCII that count_ascii_block() has counted.
void resume_run(const char* begin, const char* p, CharacterCounts& counts) {
  counts.last = static_cast<unsigned char>(p[-1]);
  counts.run = 1;
  for (const char* q = p - 1; q > begin && q[-1] == p[-1] && counts.run < kRepeatedCharacters; --q) ++counts.run;
}

void count_character(const char*& p, CharacterCounts& counts) {
  const char32_t code = next_code_point(p);
  ++counts.all;
  counts.run = code == counts.last ? counts.run + 1 : 1;
  counts.last = code;
  if (counts.run == kRepeatedCharacters && code != ' ' && code != '\n') counts.noise |= kNoiseRepeated;
  if (counts.run == 2 && code == ' ') counts.noise |= kNoiseSpaces;
  code < 0x80 ? count_ascii(code, counts) : count_other(code, counts);
}

// Counts the last bytes of a text, fewer than a block, that follow p[-1]. Returns false as count_ascii_block() does.
bool count_ascii_tail(const char* p, char before_last, size_t size, CharacterCounts& counts) {
  std::array<char, kBlock + 1> block;
  std::memcpy(block.data(), p - 1, size + 1);
  // Letters that make no pairs, which are subtracted again.
  for (size_t i = size + 1; i < block.size(); ++i) block[i] = block[i - 1] == 'a' ? 'b' : 'a';
  if (!is_ascii_block(block.data() + 1) || !count_ascii_block(block.data() + 1, before_last, counts)) return false;
  const auto added = static_cast<uint32_t>(kBlock - size);
  counts.all -= added;
  counts.scripts[static_cast<size_t>(Script::kLatin)] -= added;
  return true;
}

// The counts of ASCII without a run of kRepeatedCharacters.
CharacterCounts counts_of_ascii(std::string_view text, const TextScan& scan) {
  CharacterCounts counts;
  counts.all = static_cast<uint32_t>(text.size());
  counts.scripts[static_cast<size_t>(Script::kLatin)] = static_cast<uint32_t>(scan.letters);
  counts.symbols = static_cast<uint32_t>(text.size() - scan.letters - scan.digits - scan.spaces);
  if (scan.has(kSignControl)) counts.noise |= kNoiseControl;
  if (scan.has(kSignTwoSpaces)) counts.noise |= kNoiseSpaces;
  return counts;
}

CharacterCounts count_characters(std::string_view text, const TextScan& scan) {
  if (!scan.has(kSignBeyondAscii) && !scan.has(kSignRun)) return counts_of_ascii(text, scan);
  CharacterCounts counts;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* p = begin;
  if (p < end) count_character(p, counts);  // a block needs a byte before it
  while (p < end) {
    const char* const start = p;
    const auto before_last = [&] { return p - begin > 1 ? p[-2] : '\0'; };
    while (static_cast<size_t>(end - p) >= kBlock && is_ascii_block(p) && count_ascii_block(p, before_last(), counts)) {
      p += kBlock;
    }
    if (p > start) resume_run(begin, p, counts);
    const size_t rest = std::min(kBlock, static_cast<size_t>(end - p));
    if (rest < kBlock && count_ascii_tail(p, before_last(), rest, counts)) break;
    const char* const block_end = p + rest;
    while (p < block_end) count_character(p, counts);
  }
  return counts;
}

Script main_script(const CharacterCounts& counts) {
  const auto letters = std::ranges::subrange(counts.scripts.begin() + 1, counts.scripts.end());
  const auto most = std::ranges::max_element(letters);
  return *most == 0 ? Script::kNone : static_cast<Script>(most - counts.scripts.begin());
}

uint16_t noise_of_sequences(std::string_view text, const TextScan& scan) {
  uint16_t noise = 0;
  if (scan.has(kSignLess) && has_tag(text)) noise |= kNoiseHtmlTag;
  if (scan.has(kSignAmpersand) && has_entity(text)) noise |= kNoiseEntity;
  if (scan.has(kSignMojibakeByte) && has_mojibake(text)) noise |= kNoiseMojibake;
  if (scan.has(kSignAddress) && !find_urls(text).empty()) noise |= kNoiseUrl;
  if (scan.has(kSignAt) && !find_emails(text).empty()) noise |= kNoiseEmail;
  return noise;
}

}  // namespace

RowFacts facts_of_text(std::string_view text) {
  RowFacts facts;
  const std::string_view stripped = table::stripped(text);
  const TextScan scan = scan_text(text);
  const CharacterCounts counts = count_characters(text, scan);
  facts.text_hash = byte_hash(stripped);
  facts.characters = counts.all;
  facts.is_blank = stripped.empty();
  facts.noise = counts.noise | noise_of_sequences(text, scan);
  // Wrongly decoded text is full of them, and to repair it removes them.
  if (counts.has_c1 && (facts.noise & kNoiseMojibake) == 0) facts.noise |= kNoiseControl;
  if (stripped.size() < text.size() && !facts.is_blank) facts.noise |= kNoiseSpaces;
  if (!facts.is_blank && counts.symbols * 2 > counts.all) facts.noise |= kNoiseSymbols;
  facts.script = main_script(counts);
  const bool has_kana = counts.scripts[static_cast<size_t>(Script::kHiragana)] > 0 ||
                        counts.scripts[static_cast<size_t>(Script::kKatakana)] > 0;
  facts.language = guess_language(text, facts.script, has_kana);
  return facts;
}

}  // namespace hone::data
