// Tokenizes each variant again, because truncated words may move into the range that the model reads.
#include "serve/explain.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "eval/prediction.h"
#include "serve/words.h"

namespace hone::serve {

namespace {

text::EncodeOptions cut_at(size_t max_length) {
  text::EncodeOptions options;
  options.max_length = max_length;
  return options;
}

// Returns the bytes from the first to the last of these tokens.
text::Offset covered(const std::vector<text::Offset>& tokens, size_t begin, size_t end) {
  text::Offset range{UINT32_MAX, 0};
  for (size_t i = begin; i < end; ++i) {
    if (tokens[i] == text::Offset{}) continue;  // a special token
    range.begin = std::min(range.begin, tokens[i].begin);
    range.end = std::max(range.end, tokens[i].end);
  }
  return range;
}

// For a text that is too long: the part that the model reads, and the part that it could read of a variant.
struct Reach {
  text::Offset kept, reachable;
};

Reach reach(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length) {
  constexpr size_t kWordTokens = 128;  // no word has more tokens, so the last word that moves in is complete
  text::EncodeOptions options = cut_at(max_length);
  options.with_offsets = true;
  const std::vector<text::Offset> kept = tokenizer.encode(text, options).offsets;
  options.max_length = text::kNoLimit;
  const std::vector<text::Offset> all = tokenizer.encode(text, options).offsets;
  const text::Offset read = covered(kept, 0, kept.size());
  const auto is_read = [&](const text::Offset& token) {
    return !(token == text::Offset{}) && token.begin >= read.begin;
  };
  const auto first = static_cast<size_t>(std::find_if(all.begin(), all.end(), is_read) - all.begin());
  const size_t margin = max_length + kWordTokens;
  return {read, covered(all, first - std::min(first, margin), std::min(all.size(), first + max_length + margin))};
}

}  // namespace

Variants leave_words_out(const text::Tokenizer& tokenizer, std::string_view text, size_t max_length,
                         size_t max_tokens) {
  Variants variants;
  variants.rows.push_back(tokenizer.encode(text, cut_at(max_length)));
  Reach range{{0, static_cast<uint32_t>(text.size())}, {0, static_cast<uint32_t>(text.size())}};
  if (variants.rows.front().num_cut > 0) range = reach(tokenizer, text, max_length);
  std::vector<text::Offset> words = find_words(text);
  std::erase_if(words, [&](text::Offset word) { return word.end <= range.kept.begin || word.begin >= range.kept.end; });
  const size_t tokens = variants.rows.front().ids.size();
  const size_t num_groups = std::max<size_t>(2, max_tokens / std::max<size_t>(1, tokens)) - 1;
  variants.words_per_group = std::max<size_t>(1, (words.size() + num_groups - 1) / num_groups);
  const std::string_view reachable = text.substr(range.reachable.begin, range.reachable.end - range.reachable.begin);
  for (size_t word = 0; word < words.size(); word += variants.words_per_group) {
    const size_t last = std::min(words.size(), word + variants.words_per_group) - 1;
    const text::Offset part{words[word].begin, words[last].end};
    const uint32_t shift = range.reachable.begin;
    const uint32_t end = std::min(part.end, range.reachable.end);
    variants.parts.push_back(part);
    variants.rows.push_back(
        tokenizer.encode(without(reachable, {part.begin - shift, end - shift}), cut_at(max_length)));
  }
  return variants;
}

Json explanation_json(std::string_view text, const Variants& variants, const std::vector<float>& scores,
                      const std::vector<std::string>& labels, size_t label) {
  const std::vector<text::Offset> places = text::to_character_offsets(text, variants.parts);
  Json words = Json::array();
  for (size_t i = 0; i < variants.parts.size(); ++i) {
    const text::Offset part = variants.parts[i];
    words.push_back({{"text", text.substr(part.begin, part.end - part.begin)},
                     {"start", places[i].begin},
                     {"stop", places[i].end},
                     {"weight", eval::shortest_double(scores[label] - scores[(i + 1) * labels.size() + label])}});
  }
  return {{"label", labels[label]},
          {"score", eval::shortest_double(scores[label])},
          {"method", "leave-one-word-out"},
          {"words_per_group", variants.words_per_group},
          {"words", words}};
}

}  // namespace hone::serve
