#include "text/tokenizer_statistics.h"

#include <algorithm>
#include <chrono>

#include "base/utf8.h"
#include "text/unicode.h"

namespace hone::text {

namespace {

// Counts the words of a text, and how many of them exactly one token overlaps.
void measure_words(std::string_view text, const Encoding& encoding, TokenizerStatistics& statistics) {
  size_t token = 0;
  const auto take_word = [&](size_t begin, size_t end) {
    const std::vector<Offset>& offsets = encoding.offsets;
    while (token < offsets.size() && offsets[token].end <= begin) ++token;
    size_t last = token;
    while (last < offsets.size() && offsets[last].begin < end) ++last;
    ++statistics.words;
    statistics.whole_words += last - token == 1 ? 1 : 0;
  };
  size_t begin = 0;
  for (const char *p = text.data(), *const end = p + text.size(); p < end;) {
    const auto at = static_cast<size_t>(p - text.data());
    if (is_whitespace(next_code_point(p))) {
      if (begin < at) take_word(begin, at);
      begin = static_cast<size_t>(p - text.data());
    } else {
      ++statistics.characters;
    }
  }
  if (begin < text.size()) take_word(begin, text.size());
}

}  // namespace

void measure_tokenizer(const Tokenizer& tokenizer, std::span<const std::string_view> texts, int num_threads,
                       TokenizerStatistics& statistics) {
  using Clock = std::chrono::steady_clock;
  EncodeOptions options{.add_special_tokens = false};
  const auto start = Clock::now();
  tokenizer.encode_batch(texts, {}, options, num_threads);
  statistics.seconds += std::chrono::duration<double>(Clock::now() - start).count();
  options.with_offsets = true;
  const std::vector<Encoding> encodings = tokenizer.encode_batch(texts, {}, options, num_threads);
  const std::optional<int32_t> unknown = tokenizer.unknown_id();
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::vector<int32_t>& ids = encodings[i].ids;
    statistics.bytes += texts[i].size();
    statistics.tokens += ids.size();
    if (unknown) statistics.unknown += static_cast<uint64_t>(std::count(ids.begin(), ids.end(), *unknown));
    measure_words(texts[i], encodings[i], statistics);
  }
}

}  // namespace hone::text
