// Reads vocab.txt and merges.txt; tokenizer_json.cpp reads vocab.json.
#include <algorithm>

#include "base/lines.h"
#include "base/log.h"
#include "base/utf8.h"
#include "text/tokenizer_spec.h"
#include "text/unicode.h"

namespace hone::text {

std::vector<VocabularyEntry> parse_vocabulary_text(std::string_view bytes, const std::string& source) {
  check_utf8(bytes, source);
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    log_warning("{}: the file begins with a byte order mark, which becomes part of its first token", source);
  }
  std::vector<VocabularyEntry> result;
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', begin), bytes.size());
    NormalizedText line = to_normalized_text(bytes.substr(begin, end - begin));
    while (!line.empty() && is_whitespace(line.back().code)) line.pop_back();
    result.emplace_back(to_utf8(line), static_cast<int32_t>(result.size()));
    begin = end + 1;
  }
  if (result.empty()) throw Error(ErrorKind::kInput, fmt::format("{}: the vocabulary is empty", source));
  return result;
}

std::vector<MergeEntry> parse_merges_text(std::string_view bytes, const std::string& source) {
  check_utf8(bytes, source);
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  std::vector<MergeEntry> result;
  for_each_line(bytes, [&](std::string_view line, size_t number) {
    if (line.starts_with("#version")) return;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}:{}: \"{}\" is not a merge: two tokens with a space between", source, number,
                              shortened(line, 60)),
                  "download the file again");
    }
    result.push_back({std::string(line.substr(0, space)), std::string(line.substr(space + 1)), number});
  });
  return result;
}

}  // namespace hone::text
