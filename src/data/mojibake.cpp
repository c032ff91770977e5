#include "data/mojibake.h"

#include <vector>

#include "base/byte_scan.h"
#include "base/utf8.h"
#include "data/scripts.h"
#include "data/windows_1252.h"

namespace hone::data {

namespace {

constexpr std::string_view kBrokenGbk = "\xE9\x94\x9F\xE6\x96\xA4\xE6\x8B\xB7";
constexpr int kMaxRepairs = 3;

// One character of a run of characters from 0x80 to 0xFF (in Windows-1252), or several that decode to one.
struct Piece {
  char32_t code = 0;
  bool is_decoded = false;
  size_t begin = 0, end = 0;  // in the run
};

struct RunCharacter {
  uint8_t byte;
  char32_t code;
};

int sequence_length(uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

// Decodes the UTF-8 sequence that begins at run[begin]. If no sequence begins there, returns the character unchanged.
Piece decode_at(const std::vector<RunCharacter>& run, size_t begin) {
  const Piece plain = {run[begin].code, false, begin, begin + 1};
  const auto length = static_cast<size_t>(sequence_length(run[begin].byte));
  if (length == 0 || begin + length > run.size()) return plain;
  std::string bytes;
  for (size_t i = begin; i < begin + length; ++i) bytes += static_cast<char>(run[i].byte);
  if (find_invalid_utf8(bytes) != std::string::npos) return plain;
  const char* p = bytes.data();
  return {next_code_point(p), true, begin, begin + length};
}

// True for characters that often end a word in correct text: the closing quotes, the ellipsis, the no-break space.
bool closes_word(char32_t code) {
  return code == 0xA0 || code == 0xAB || code == 0xBB || code == 0x2026 || code == 0x201D || code == 0x2019;
}

// True if the decoded character is likely even where it stands alone.
bool is_sure_alone(const std::vector<RunCharacter>& run, const Piece& piece) {
  const char32_t code = piece.code;
  const uint8_t lead = run[piece.begin].byte;
  if (lead == 0xC2) return code >= 0xA0;
  if (lead == 0xC3) return true;
  if (lead == 0xC4 || lead == 0xC5) return !closes_word(run[piece.begin + 1].code);
  return (code >= 0x2010 && code <= 0x206F) || (code >= 0x20A0 && code <= 0x22FF) ||
         (code >= 0x2460 && code <= 0x27BF) || (code >= 0x3000 && code <= 0x303F) || code == 0xFEFF || code == 0xFFFD ||
         (code >= 0x1F000 && code <= 0x1FAFF);
}

// True for letters and signs that are likely beside another decoded character.
bool is_sure_in_sequence(char32_t code) {
  const Script script = script_of(code);
  return (script != Script::kNone && script != Script::kOther && script != Script::kMongolian) ||
         (code >= 0xFF00 && code <= 0xFFEF) || (code >= 0xFE00 && code <= 0xFE0F);
}

// Appends the run, with its sequences repaired. Returns whether there was one.
bool append_repaired(const std::vector<RunCharacter>& run, std::string& to) {
  std::vector<Piece> pieces;
  for (size_t at = 0; at < run.size(); at = pieces.back().end) pieces.push_back(decode_at(run, at));
  bool changed = false;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    const bool has_neighbour =
        (i > 0 && pieces[i - 1].is_decoded) || (i + 1 < pieces.size() && pieces[i + 1].is_decoded);
    if (piece.is_decoded && (is_sure_alone(run, piece) || (has_neighbour && is_sure_in_sequence(piece.code)))) {
      append_utf8(to, piece.code);
      changed = true;
    } else {
      for (size_t at = piece.begin; at < piece.end; ++at) append_utf8(to, run[at].code);
    }
  }
  return changed;
}

// Repairs the text once. Returns whether anything changed.
bool repair(std::string_view text, std::string& to) {
  bool changed = false;
  std::vector<RunCharacter> run;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char* const begin = p;
    if (run.empty()) {
      const std::string_view rest(p, static_cast<size_t>(end - p));
      p += find_byte(rest, 0, is_beyond_ascii);
      to.append(begin, p);
      if (p == end) break;
    }
    const char* const character = p;
    const char32_t code = next_code_point(p);
    const auto byte = windows_byte(code);
    if (byte) {
      run.push_back({*byte, code});
      continue;
    }
    if (!run.empty()) changed = append_repaired(run, to) || changed;
    run.clear();
    to.append(character, p);
  }
  if (!run.empty()) changed = append_repaired(run, to) || changed;
  return changed;
}

// Every sequence begins with a character from U+00C2 to U+00F4, whose first byte is 0xC3.
bool may_have_mojibake(std::string_view text) { return text.find('\xC3') != std::string_view::npos; }

bool is_windows_control(char32_t code) {
  return code >= 0x80 && code <= 0x9F && kWindowsCharacters[code - 0x80] != code;
}

// These controls are the bytes C2 80 to C2 9F.
bool has_windows_control(std::string_view text) {
  for (size_t at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1)) {
    const char* p = text.data() + at;
    if (is_windows_control(next_code_point(p))) return true;
  }
  return false;
}

std::string without_windows_controls(std::string_view text) {
  std::string result;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char32_t code = next_code_point(p);
    append_utf8(result, is_windows_control(code) ? kWindowsCharacters[code - 0x80] : code);
  }
  return result;
}

}  // namespace

bool has_mojibake(std::string_view text) {
  if (text.find(kBrokenGbk) != std::string_view::npos || has_windows_control(text)) return true;
  std::string repaired;
  return may_have_mojibake(text) && repair(text, repaired);
}

std::string without_mojibake(std::string_view text) {
  std::string result(text);
  for (int i = 0; i < kMaxRepairs && may_have_mojibake(result); ++i) {
    std::string repaired;
    if (!repair(result, repaired)) break;
    result = std::move(repaired);
  }
  return has_windows_control(result) ? without_windows_controls(result) : result;
}

}  // namespace hone::data
