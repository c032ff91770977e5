#include "text/rank_file.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/base64.h"
#include "base/lines.h"
#include "base/utf8.h"
#include "text/byte_level.h"
#include "text/json_fields.h"
#include "text/split_pattern.h"

namespace hone::text {

namespace {

Error wrong_line(const std::string& source, size_t number, const std::string& what) {
  return Error(ErrorKind::kInput, fmt::format("{}:{}: {}", source, number, what),
               "it must be a rank file of tiktoken: a token in base64, a space and its rank; download the file again");
}

RankedToken parse_rank_line(std::string_view line, size_t number, const std::string& source) {
  const size_t space = line.find(' ');
  const std::string_view text = line.substr(0, space);
  const std::string_view rank_text = space == std::string_view::npos ? "" : line.substr(space + 1);
  const std::optional<std::string> token = decode_base64(text);
  int32_t rank = -1;
  const auto [end, error] = std::from_chars(rank_text.data(), rank_text.data() + rank_text.size(), rank);
  if (!token || token->empty()) {
    throw wrong_line(source, number, fmt::format("\"{}\" is not a token in base64", shortened(text, 40)));
  }
  if (error != std::errc() || end != rank_text.data() + rank_text.size() || rank < 0) {
    throw wrong_line(source, number, fmt::format("\"{}\" is not a rank", shortened(rank_text, 40)));
  }
  return {*token, rank};
}

using Ranks = std::unordered_map<std::string_view, int32_t>;

// The pairs of tokens that make a token, by their ranks.
std::vector<MergeEntry> merges_of(const std::string& token, const Ranks& ranks) {
  std::map<std::pair<int32_t, int32_t>, size_t> lengths;  // of the left token
  for (size_t i = 1; i < token.size(); ++i) {
    const auto left = ranks.find(std::string_view(token).substr(0, i)),
               right = ranks.find(std::string_view(token).substr(i));
    if (left != ranks.end() && right != ranks.end()) lengths[{left->second, right->second}] = i;
  }
  std::vector<MergeEntry> merges;
  for (const auto& [pair, length] : lengths) {
    merges.push_back({to_byte_characters(std::string_view(token).substr(0, length)),
                      to_byte_characters(std::string_view(token).substr(length))});
  }
  return merges;
}

void use_rank_parts(TokenizerSpec& spec) {
  const auto byte_level = [](bool trims, bool uses_regex, bool adds_space) {
    return Json{
        {"type", "ByteLevel"}, {"add_prefix_space", adds_space}, {"trim_offsets", trims}, {"use_regex", uses_regex}};
  };
  const Json words = {{"type", "Split"},
                      {"pattern", {{"Regex", std::string(llama3_pattern().regex)}}},
                      {"behavior", "Isolated"},
                      {"invert", false}};
  spec.is_tiktoken = true;
  spec.normalizer = nullptr;
  spec.pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", Json::array({words, byte_level(true, false, false)})}};
  spec.post_processor = byte_level(false, true, true);
  spec.decoder = byte_level(true, true, true);
  spec.model = {{"type", "BPE"},
                {"dropout", nullptr},
                {"unk_token", nullptr},
                {"continuing_subword_prefix", nullptr},
                {"end_of_word_suffix", nullptr},
                {"fuse_unk", false},
                {"byte_fallback", false},
                {"ignore_merges", true}};
}

// Returns the texts of added_tokens_decoder by their ids.
std::map<int64_t, std::string> configured_ids(const Json& config, const std::string& source) {
  std::map<int64_t, std::string> tokens;
  const Json decoder = config.value("added_tokens_decoder", Json());
  if (!decoder.is_object()) return tokens;
  for (const auto& [key, token] : decoder.items()) {
    int64_t id = -1;
    std::from_chars(key.data(), key.data() + key.size(), id);
    if (id >= 0 && id <= INT32_MAX) tokens[id] = string_field(token, "content", "", source);
  }
  return tokens;
}

}  // namespace

bool is_rank_file(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  const size_t space = line.find(' ');
  return space != std::string_view::npos && space > 0 && decode_base64(line.substr(0, space)).has_value();
}

std::vector<RankedToken> parse_rank_file(std::string_view bytes, const std::string& source) {
  std::vector<RankedToken> ranks;
  std::unordered_set<std::string> tokens;
  std::unordered_set<int32_t> numbers;
  for_each_line(bytes, [&](std::string_view line, size_t number) {
    if (line.empty()) return;
    ranks.push_back(parse_rank_line(line, number, source));
    const bool is_new = tokens.insert(ranks.back().first).second && numbers.insert(ranks.back().second).second;
    if (!is_new) throw wrong_line(source, number, "the token or the rank occurs twice");
  });
  if (ranks.empty()) throw Error(ErrorKind::kInput, fmt::format("{}: the file has no ranks", source));
  return ranks;
}

void convert_ranks(const std::vector<RankedToken>& ranks, const Json& config, TokenizerSpec& spec) {
  Ranks rank_of;
  for (const auto& [token, rank] : ranks) rank_of[token] = rank;
  std::vector<RankedToken> ordered = ranks;
  std::ranges::stable_sort(ordered, {}, &RankedToken::second);
  for (const auto& [token, rank] : ranks) spec.vocabulary.emplace_back(to_byte_characters(token), rank);
  for (const auto& [token, rank] : ordered) {
    for (MergeEntry& merge : merges_of(token, rank_of)) spec.merges.push_back(std::move(merge));
  }
  use_rank_parts(spec);
  const std::map<int64_t, std::string> configured = configured_ids(config, spec.source);
  const auto num_ranks = static_cast<int64_t>(ranks.size());
  const int64_t last = configured.empty() ? -1 : configured.rbegin()->first;
  if (last - num_ranks > 1 << 20) {
    throw Error(ErrorKind::kInput, fmt::format("{}: added_tokens_decoder has the id {}, but there are {} ranks",
                                               spec.source, last, num_ranks));
  }
  for (int64_t id = num_ranks; id <= last; ++id) {
    const auto named = configured.find(id);
    const std::string content = named != configured.end() ? named->second : fmt::format("<|reserved_token_{}|>", id);
    spec.model_tokens.push_back({.content = content, .normalized = false, .special = true});
  }
  const Json extra = config.value("extra_special_tokens", config.value("additional_special_tokens", Json()));
  for (const Json& token : extra) {
    const std::string content = token.is_object()   ? string_field(token, "content", "", spec.source)
                                : token.is_string() ? token.get<std::string>()
                                                    : "";
    const auto is_same = [&](const AddedToken& other) { return other.content == content; };
    if (content.empty() || std::ranges::any_of(spec.model_tokens, is_same)) continue;
    spec.model_tokens.push_back({.content = content, .normalized = false, .special = true});
  }
}

}  // namespace hone::text
