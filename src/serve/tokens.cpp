// Makes all tokens without a limit. A second, truncated encoding shows which of them the model reads.
#include "serve/tokens.h"

#include <nlohmann/json.hpp>

#include "http/response.h"

namespace hone::serve {

namespace {

// Returns true if the template added the token. A special token that the text itself contains has an offset.
bool is_added(const text::Tokenizer& tokenizer, const text::Encoding& encoding, size_t token) {
  return encoding.offsets[token] == text::Offset{} && tokenizer.is_special(encoding.ids[token]);
}

// The tokens that truncation keeps, as a range [begin, end) of the tokens that are not added.
struct Kept {
  size_t begin, end;
};

Kept kept_of(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length, size_t num_content) {
  text::EncodeOptions options;
  options.max_length = max_length;
  options.with_offsets = true;
  const text::Encoding cut = tokenizer.encode(text, options);
  if (cut.num_cut == 0) return {0, num_content};
  const size_t num_kept = num_content - cut.num_cut;
  options.truncation_side = text::Side::kRight;
  const bool cuts_end = tokenizer.encode(text, options).ids == cut.ids;
  return cuts_end ? Kept{0, num_kept} : Kept{cut.num_cut, num_content};
}

}  // namespace

Json tokens_json(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length, bool add_special_tokens,
                 size_t& max_tokens) {
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
  size_t num_content = 0;
  for (size_t i = 0; i < all.ids.size(); ++i) num_content += is_added(tokenizer, all, i) ? 0 : 1;
  const Kept kept = kept_of(tokenizer, text, max_length, num_content);
  const std::vector<text::Offset> places = text::to_character_offsets(text, all.offsets);
  const std::optional<int32_t> unknown_id = tokenizer.unknown_id();
  Json tokens = Json::array();
  for (size_t i = 0, content = 0; i < all.ids.size(); ++i) {
    const bool added = is_added(tokenizer, all, i);
    const text::Offset part = all.offsets[i];
    const auto piece = added ? tokenizer.token(all.ids[i]) : text.substr(part.begin, part.end - part.begin);
    tokens.push_back({{"id", all.ids[i]},
                      {"text", piece},
                      {"special", added},
                      {"unknown", !added && all.ids[i] == unknown_id},
                      {"start", added ? Json() : Json(places[i].begin)},
                      {"stop", added ? Json() : Json(places[i].end)},
                      {"cut", !added && (content < kept.begin || content >= kept.end)}});
    content += added ? 0 : 1;
  }
  return tokens;
}

}  // namespace hone::serve
