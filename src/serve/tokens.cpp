// Makes all tokens without a limit. What the model reads of the text shows which of them it reads.
#include "serve/tokens.h"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

#include "http/response.h"

namespace hone::serve {

namespace {

// The places of the tokens that the model reads.
std::set<std::pair<uint32_t, uint32_t>> places_read(const text::Tokenizer& tokenizer, std::string_view text,
                                                    task::Reading reading) {
  reading.encode.with_offsets = true;
  std::set<std::pair<uint32_t, uint32_t>> places;
  for (const text::Encoding& window : task::read_text(tokenizer, text, {}, reading)) {
    for (const text::Offset& place : window.offsets) places.emplace(place.begin, place.end);
  }
  return places;
}

}  // namespace

Json tokens_json(const text::Tokenizer& tokenizer, std::string_view text, const task::Reading& reading,
                 bool add_special_tokens, size_t& max_tokens) {
  text::EncodeOptions options;
  options.add_special_tokens = add_special_tokens;
  options.with_offsets = true;
  const text::Encoding all = tokenizer.encode(text, options);
  if (all.ids.size() > max_tokens) {
    throw http::RequestError({.status = 413,
                              .message = fmt::format("inputs have more than {} tokens", kMaxListedTokens),
                              .field = "inputs",
                              .hint = "send the texts one by one, or in parts"});
  }
  max_tokens -= all.ids.size();
  const auto read = places_read(tokenizer, text, reading);
  const std::vector<text::Offset> places = text::to_character_offsets(text, all.offsets);
  const std::optional<int32_t> unknown_id = tokenizer.unknown_id();
  Json tokens = Json::array();
  for (size_t i = 0; i < all.ids.size(); ++i) {
    const bool added = task::is_added(tokenizer, all, i);
    const text::Offset part = all.offsets[i];
    const auto piece = added ? tokenizer.token(all.ids[i]) : text.substr(part.begin, part.end - part.begin);
    tokens.push_back({{"id", all.ids[i]},
                      {"text", piece},
                      {"special", added},
                      {"unknown", !added && all.ids[i] == unknown_id},
                      {"start", added ? Json() : Json(places[i].begin)},
                      {"stop", added ? Json() : Json(places[i].end)},
                      {"cut", !added && !read.contains({part.begin, part.end})}});
  }
  return tokens;
}

}  // namespace hone::serve
