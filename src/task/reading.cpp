#include "task/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/names.h"

namespace hone::task {

namespace {

// A whole text: its tokens, and how many special tokens the tokenizer put before and after them.
struct WholeText {
  const text::Encoding& encoding;
  size_t num_before = 0, num_after = 0;

  size_t num_content() const { return encoding.ids.size() - num_before - num_after; }
};

WholeText whole_text(const text::Tokenizer& tokenizer, const text::Encoding& encoding) {
  WholeText whole{encoding};
  const size_t size = encoding.ids.size();
  while (whole.num_before < size && is_added(tokenizer, encoding, whole.num_before)) ++whole.num_before;
  while (whole.num_before + whole.num_after < size && is_added(tokenizer, encoding, size - 1 - whole.num_after)) {
    ++whole.num_after;
  }
  return whole;
}

// Tokens [begin, end) of the content.
struct Part {
  size_t begin = 0, end = 0;
};

// The special tokens of the text around some parts of its content.
text::Encoding joined(const WholeText& whole, std::span<const Part> parts) {
  text::Encoding result;
  const auto append = [&](size_t begin, size_t end) {
    const auto copy = [&](const auto& from, auto& to) {
      to.insert(to.end(), from.begin() + static_cast<ptrdiff_t>(begin), from.begin() + static_cast<ptrdiff_t>(end));
    };
    copy(whole.encoding.ids, result.ids);
    copy(whole.encoding.type_ids, result.type_ids);
    copy(whole.encoding.offsets, result.offsets);
    copy(whole.encoding.word_ids, result.word_ids);
  };
  append(0, whole.num_before);
  for (const Part& part : parts) append(whole.num_before + part.begin, whole.num_before + part.end);
  append(whole.encoding.ids.size() - whole.num_after, whole.encoding.ids.size());
  return result;
}

// `space`: the tokens of the text in a window.
size_t overlap_of(const LongText& long_text, size_t space) {
  return long_text.doc_stride ? static_cast<size_t>(*long_text.doc_stride) : space / 4;
}

size_t space_of(const Reading& reading, size_t num_special) {
  return reading.encode.max_length - std::min(reading.encode.max_length, num_special);
}

void check_space(const Reading& reading, size_t num_special) {
  const size_t space = space_of(reading, num_special);
  if (space == 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} tokens have no space for text beside {} special tokens", reading.encode.max_length,
                            num_special),
                "give a larger --max-seq-length");
  }
  const size_t overlap = overlap_of(reading.long_text, space);
  if (reading.long_text.long_text != "windows" || overlap < space) return;
  throw Error(ErrorKind::kUsage, fmt::format("windows of {} tokens cannot share {} tokens", space, overlap),
              fmt::format("give --doc-stride less than {}", space));
}

std::vector<text::Encoding> windows(const WholeText& whole, size_t space, const LongText& long_text) {
  const size_t overlap = overlap_of(long_text, space);
  const auto max_windows = static_cast<size_t>(long_text.max_windows.value_or(LongText::kDefaultMaxWindows));
  const size_t num_content = whole.num_content();
  std::vector<text::Encoding> result;
  for (size_t begin = 0;; begin += space - overlap) {
    const size_t end = std::min(num_content, begin + space);
    result.push_back(joined(whole, std::array{Part{begin, end}}));
    result.back().window_begin = begin;
    if (end == num_content) return result;
    if (result.size() < max_windows) continue;
    result.back().num_cut = num_content - end;
    return result;
  }
}

std::vector<text::Encoding> head_and_tail(const WholeText& whole, size_t space, const LongText&) {
  const size_t head = space / 4, tail = space - head, num_content = whole.num_content();
  text::Encoding result = joined(whole, std::array{Part{0, head}, Part{num_content - tail, num_content}});
  result.num_cut = num_content - space;
  return {std::move(result)};
}

// A row of kLongTextNames: the tokenizer truncates at a side, or parts are made of the whole text.
struct LongTextRow {
  std::string_view name;
  std::optional<text::Side> truncation_side;
  std::vector<text::Encoding> (*make_parts)(const WholeText& whole, size_t space, const LongText& long_text);
};

constexpr LongTextRow kLongTexts[] = {{"head", text::Side::kRight, nullptr},
                                      {"tail", text::Side::kLeft, nullptr},
                                      {"head-tail", std::nullopt, head_and_tail},
                                      {"windows", std::nullopt, windows}};
static_assert(has_names(kLongTexts, kLongTextNames), "kLongTextNames and the table differ");

// Without a name: as the tokenizer truncates.
LongTextRow row_of(const LongText& long_text) {
  return long_text.long_text ? find_row(kLongTexts, "long_text", *long_text.long_text) : LongTextRow{};
}

bool reads_whole_texts(const Reading& reading) { return row_of(reading.long_text).make_parts != nullptr; }

// `encoding` is that of the whole text with offsets.
std::vector<text::Encoding> parts_of(const text::Tokenizer& tokenizer, text::Encoding encoding,
                                     const Reading& reading) {
  std::vector<text::Encoding> result;
  if (encoding.ids.size() <= reading.encode.max_length) {
    result.push_back(std::move(encoding));
  } else {
    const WholeText whole = whole_text(tokenizer, encoding);
    const size_t num_special = whole.num_before + whole.num_after;
    check_space(reading, num_special);
    result = row_of(reading.long_text).make_parts(whole, space_of(reading, num_special), reading.long_text);
  }
  if (!reading.encode.with_offsets) {
    for (text::Encoding& part : result) {
      part.offsets.clear();
      part.word_ids.clear();
    }
  }
  return result;
}

// How the tokenizer itself encodes: truncated at the side that is asked for, or the whole text.
text::EncodeOptions encode_options(const Reading& reading, bool is_pair) {
  text::EncodeOptions options = reading.encode;
  if (const auto side = row_of(reading.long_text).truncation_side) options.truncation_side = side;
  if (is_pair || !reads_whole_texts(reading)) return options;
  options.max_length = text::kNoLimit;
  options.with_offsets = true;
  return options;
}

// `encodings` as encode_options() asks for them.
std::vector<std::vector<text::Encoding>> read_encodings(const text::Tokenizer& tokenizer,
                                                        std::vector<text::Encoding> encodings, bool are_pairs,
                                                        const Reading& reading) {
  std::vector<std::vector<text::Encoding>> result;
  result.reserve(encodings.size());
  for (text::Encoding& encoding : encodings) {
    if (are_pairs || !reads_whole_texts(reading)) {
      result.emplace_back().push_back(std::move(encoding));
    } else {
      result.push_back(parts_of(tokenizer, std::move(encoding), reading));
    }
  }
  return result;
}

void check_pair(const Reading& reading, bool is_pair) {
  if (!is_pair || reading.reads_pairs) return;
  throw Error(ErrorKind::kInput, "the model reads single texts, not pairs of texts",
              "give one text; for a file name its column with --text-column");
}

}  // namespace

void check_long_text(const LongText& long_text) {
  if (long_text.long_text == "windows" || (!long_text.doc_stride && !long_text.max_windows)) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("--{} has no effect without --long-text windows",
                          long_text.doc_stride ? "doc-stride" : "max-windows"),
              "give both or leave it out");
}

void check_windows(const text::Tokenizer& tokenizer, const Reading& reading) {
  check_long_text(reading.long_text);
  if (reads_whole_texts(reading)) check_space(reading, tokenizer.num_special_tokens(/*pair=*/false));
}

bool is_added(const text::Tokenizer& tokenizer, const text::Encoding& encoding, size_t token) {
  return encoding.offsets[token] == text::Offset{} && tokenizer.is_special(encoding.ids[token]);
}

std::vector<text::Encoding> read_text(const text::Tokenizer& tokenizer, std::string_view text,
                                      std::optional<std::string_view> text_pair, const Reading& reading) {
  check_pair(reading, text_pair.has_value());
  const text::EncodeOptions options = encode_options(reading, text_pair.has_value());
  if (text_pair) return {tokenizer.encode_pair(text, *text_pair, options)};
  text::Encoding encoding = tokenizer.encode(text, options);
  if (!reads_whole_texts(reading)) return {std::move(encoding)};
  return parts_of(tokenizer, std::move(encoding), reading);
}

std::vector<std::vector<text::Encoding>> read_texts(const text::Tokenizer& tokenizer,
                                                    std::span<const std::string_view> texts,
                                                    std::span<const std::string_view> pairs, const Reading& reading) {
  const bool has_pairs = !pairs.empty();
  check_pair(reading, has_pairs);
  return read_encodings(tokenizer, tokenizer.encode_batch(texts, pairs, encode_options(reading, has_pairs)), has_pairs,
                        reading);
}

std::vector<std::vector<text::Encoding>> read_words(const text::Tokenizer& tokenizer,
                                                    std::span<const std::vector<std::string>> texts,
                                                    const Reading& reading) {
  constexpr bool kArePairs = false;
  return read_encodings(tokenizer, tokenizer.encode_words_batch(texts, encode_options(reading, kArePairs)), kArePairs,
                        reading);
}

}  // namespace hone::task
