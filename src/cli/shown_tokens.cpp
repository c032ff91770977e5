#include "cli/shown_tokens.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/terminal.h"
#include "base/utf8.h"

namespace hone::cli {

namespace {

// Backgrounds that black text can be read on, one after another, so that neighbours differ.
constexpr int kPieceColours[] = {152, 223, 182, 151, 217};

Error wrong_ids(std::string_view text) {
  return Error(ErrorKind::kInput, fmt::format("\"{}\" is not a list of token ids", shortened(text, 60)),
               "write ids with spaces between, as in \"101 1037 102\", or as JSON: [101, 1037, 102]");
}

std::vector<int32_t> ids_of_json(std::string_view text) {
  Json value = parse_json(text, "the ids");
  if (value.is_object()) value = value.value("input_ids", Json());
  if (!value.is_array()) throw wrong_ids(text);
  std::vector<int32_t> ids;
  for (const Json& id : value) {
    const bool is_id = id.is_number_integer() && id.get<int64_t>() >= INT32_MIN && id.get<int64_t>() <= INT32_MAX;
    if (!is_id) throw wrong_ids(text);
    ids.push_back(id.get<int32_t>());
  }
  return ids;
}

}  // namespace

std::string shown_tokens(const text::Tokenizer& tokenizer, const text::Encoding& encoding, bool is_terminal) {
  std::string line;
  for (size_t i = 0; i < encoding.ids.size(); ++i) {
    std::string token = printable(tokenizer.token(encoding.ids[i]));
    for (size_t at = token.find('\n'); at != std::string::npos; at = token.find('\n', at)) token.replace(at, 1, "\\n");
    if (is_terminal) {
      line += fmt::format("\x1b[30;48;5;{}m{}\x1b[0m", kPieceColours[i % std::size(kPieceColours)], token);
    } else {
      line += (i == 0 ? "" : "|") + token;
    }
  }
  return line + "\n";
}

std::vector<int32_t> parse_ids(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && (text[first] == '[' || text[first] == '{')) return ids_of_json(text);
  std::vector<int32_t> ids;
  constexpr std::string_view kSeparators = " ,\t\r\n";
  for (size_t begin = text.find_first_not_of(kSeparators); begin != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kSeparators, begin), text.size());
    int32_t id = 0;
    const auto [parsed, error] = std::from_chars(text.data() + begin, text.data() + end, id);
    if (error != std::errc() || parsed != text.data() + end) throw wrong_ids(text);
    ids.push_back(id);
    begin = text.find_first_not_of(kSeparators, end);
  }
  return ids;
}

void check_ids(const text::Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= 0 && tokenizer.has_token(ids[i])) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("id {} of the list is {}, but no token has it: the highest id is {}", i + 1, ids[i],
                            tokenizer.vocab_size() - 1),
                "decode ids with the tokenizer that made them");
  }
}

}  // namespace hone::cli
