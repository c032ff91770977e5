#include "data/stop_words.h"

#include <algorithm>
#include <unordered_set>

#include "base/names.h"
#include "base/utf8.h"

namespace hone::data {

namespace {

struct StopWordList {
  std::string_view name, words;
};

constexpr std::array kStopWordLists = std::to_array<StopWordList>({
#include "data/stop_words.inc"
});
static_assert(has_names(kStopWordLists, kStopWordLanguages), "kStopWordLanguages and stop_words.inc differ");

constexpr std::string_view kKeptWords =
#include "data/kept_words.inc"
    ;

using WordSet = std::unordered_set<std::string_view>;

WordSet words_of(std::string_view list) {
  WordSet words;
  while (!list.empty()) {
    const size_t end = std::min(list.find(' '), list.size());
    words.insert(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

bool is_english_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '\'' || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string ascii_lower(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string without_english(std::string_view text) {
  static const WordSet words = words_of(kStopWordLists[0].words);
  std::string result;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_english_word_byte(text[end])) ++end;
    if (end == at) {
      result += text[at++];
      continue;
    }
    const std::string_view word = text.substr(at, end - at);
    at = end;
    if (!words.contains(ascii_lower(word))) {
      result += word;
    } else if (result.ends_with(' ')) {
      result.pop_back();
    } else if (result.empty() && at < text.size() && text[at] == ' ') {
      ++at;
    }
  }
  return result;
}

// Returns the length in bytes of the longest word of the set that the text begins with, of at most four characters.
size_t longest_word(std::string_view text, const WordSet& words) {
  for (size_t characters = 4; characters > 0; --characters) {
    const size_t end = byte_of_code_point(text, characters);
    if (end != std::string_view::npos && words.contains(text.substr(0, end))) return end;
  }
  return 0;
}

std::string without_chinese(std::string_view text) {
  static const WordSet stop = words_of(kStopWordLists[1].words), kept = words_of(kKeptWords);
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at, 16);
    const std::string_view window = whole_characters(text.substr(at), std::max<size_t>(rest.size(), 1));
    const size_t kept_size = longest_word(window, kept), stop_size = longest_word(window, stop);
    if (stop_size > kept_size) {
      at += stop_size;
      continue;
    }
    const char* p = text.data() + at;
    if (kept_size == 0) next_code_point(p);
    const size_t size = kept_size > 0 ? kept_size : static_cast<size_t>(p - text.data()) - at;
    result += text.substr(at, size);
    at += size;
  }
  return result;
}

}  // namespace

std::string without_stop_words(std::string_view text, std::string_view language) {
  return language == "zh" ? without_chinese(text) : without_english(text);
}

}  // namespace hone::data
