#include "task/prompt.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/utf8.h"
#include "task/reading.h"
#include "text/unicode.h"

namespace hone::task {

namespace {

constexpr std::string_view kTextName = "{text}", kTextPairName = "{text_pair}", kLabelName = "{label}";

// Returns the size of the text without the whitespace at its end, as Python's rstrip().
size_t size_without_blanks(std::string_view text) {
  size_t size = 0;
  const char* const begin = text.data();
  for (const char* at = begin; at < begin + text.size();) {
    const bool is_blank = text::is_whitespace(next_code_point(at));
    if (!is_blank) size = static_cast<size_t>(at - begin);
  }
  return size;
}

size_t common_prefix(std::span<const int32_t> first, std::span<const int32_t> second) {
  return static_cast<size_t>(std::ranges::mismatch(first, second).in1 - first.begin());
}

// The tokens that the tokenizer adds after a text.
size_t added_after(const text::Tokenizer& tokenizer) {
  const text::Encoding encoding = tokenizer.encode("a", {.with_offsets = true});
  size_t count = 0;
  while (count < encoding.ids.size() && is_added(tokenizer, encoding, encoding.ids.size() - 1 - count)) ++count;
  return count;
}

Json turn(const char* role, const std::string& content) { return {{"role", role}, {"content", content}}; }

}  // namespace

void check_labels(const std::vector<std::string>& labels) {
  if (labels.size() < 2) {
    throw Error(ErrorKind::kUsage, "a classification needs at least two labels",
                "give what may follow the prompt, in the order of the labels' ids: --labels negative,positive");
  }
  std::set<std::string> known;
  for (const std::string& label : labels) {
    if (label.empty()) throw Error(ErrorKind::kUsage, "labels has an empty name");
    if (!known.insert(label).second) throw Error(ErrorKind::kUsage, fmt::format("labels has \"{}\" twice", label));
  }
}

size_t PromptTokens::num_label_tokens() const {
  size_t longest = 0;
  for (const std::vector<int32_t>& label : labels) longest = std::max(longest, label.size());
  return longest;
}

void PromptTemplate::Text::add_data(std::string_view more) {
  const auto begin = static_cast<uint32_t>(text.size());
  text += more;
  data.push_back({begin, static_cast<uint32_t>(text.size())});
}

void PromptTemplate::Text::add(const Text& more) {
  const auto begin = static_cast<uint32_t>(text.size());
  text += more.text;
  for (const text::Offset& range : more.data) data.push_back({begin + range.begin, begin + range.end});
}

PromptTemplate::PromptTemplate(std::string_view source) {
  if (source.empty()) {
    throw Error(ErrorKind::kUsage, "there is no prompt",
                "give one with the place of the text: --prompt \"Review: {text} Sentiment: \"");
  }
  const size_t label = source.find(kLabelName);
  const std::string_view before = source.substr(0, label);
  if (label != std::string_view::npos) after_label_ = source.substr(label + kLabelName.size());
  bool reads_text = false;
  std::string literal;
  for (size_t at = 0; at < before.size();) {
    const std::string_view rest = before.substr(at);
    const bool is_text = rest.starts_with(kTextName), is_pair = rest.starts_with(kTextPairName);
    if (!is_text && !is_pair) {
      literal += before[at++];
      continue;
    }
    if (!literal.empty()) parts_.push_back({Kind::kLiteral, std::exchange(literal, {})});
    parts_.push_back({is_text ? Kind::kText : Kind::kTextPair, {}});
    (is_text ? reads_text : reads_pairs_) = true;
    at += is_text ? kTextName.size() : kTextPairName.size();
  }
  if (!literal.empty()) parts_.push_back({Kind::kLiteral, std::move(literal)});
  for (const std::string_view name : {kTextName, kTextPairName, kLabelName}) {
    if (after_label_.find(name) != std::string::npos) {
      throw Error(ErrorKind::kUsage, fmt::format("prompt has {} after {}", name, kLabelName),
                  "the label follows all else that the model reads");
    }
  }
  if (!reads_text) {
    throw Error(ErrorKind::kUsage, fmt::format("prompt has no {}, so the model would not read the texts", kTextName),
                "give the place of the text: --prompt \"Review: {text} Sentiment: \"");
  }
}

PromptTemplate::Text PromptTemplate::before_label(std::string_view text,
                                                  std::optional<std::string_view> text_pair) const {
  if (text_pair.has_value() != reads_pairs_) {
    throw Error(ErrorKind::kInput,
                reads_pairs_ ? fmt::format("prompt has {}, and the texts are no pairs", kTextPairName)
                             : fmt::format("the texts are pairs, and prompt has no {}", kTextPairName),
                reads_pairs_ ? "give --text-pair-column; give --text-pair" : "put {text_pair} in the prompt");
  }
  Text made;
  for (const Part& part : parts_) {
    if (part.kind == Kind::kLiteral) {
      made.add(part.literal);
    } else {
      made.add_data(part.kind == Kind::kText ? text : *text_pair);
    }
  }
  return made;
}

PromptTemplate::Text PromptTemplate::with_label(const Shot& shot) const {
  Text made = before_label(shot.text, shot.text_pair);
  made.add_data(shot.label);
  made.add(after_label_);
  return made;
}

PromptEncoder::PromptEncoder(const PromptOptions& options, text::Tokenizer tokenizer,
                             std::optional<text::ChatTemplate> chat, size_t max_length)
    : template_(options.prompt),
      labels_(options.labels),
      shots_separator_(options.shots_separator),
      tokenizer_(std::move(tokenizer)),
      chat_(std::move(chat)),
      max_length_(max_length),
      num_special_after_(added_after(tokenizer_)) {
  check_labels(labels_);
  check_utf8(options.prompt, "prompt");
}

PromptTokens PromptEncoder::encode(std::string_view text, std::optional<std::string_view> text_pair,
                                   std::span<const Shot> shots) const {
  const auto num_tokens = [](const PromptTokens& tokens) {
    return tokens.prompt.ids.size() + tokens.num_label_tokens();
  };
  PromptTokens tokens = encode_whole(text, text_pair, shots);
  if (num_tokens(tokens) <= max_length_) return tokens;
  const text::Encoding own = tokenizer_.encode(text, {.add_special_tokens = false, .with_offsets = true});
  size_t kept = own.ids.size();
  while (num_tokens(tokens) > max_length_) {
    const size_t excess = num_tokens(tokens) - max_length_;
    if (excess >= kept) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("a prompt with a label has {} tokens without its text, and at most {} are read",
                              num_tokens(tokens) - kept, max_length_),
                  "shorten --prompt; lower --shots");
    }
    kept -= excess;
    size_t end = own.offsets[kept].begin;
    while (end > 0 && is_continuation(text[end])) --end;
    tokens = encode_whole(text.substr(0, end), text_pair, shots);
  }
  tokens.prompt.num_cut = own.ids.size() - kept;
  return tokens;
}

PromptTemplate::Text PromptEncoder::rendered(std::string_view text, std::optional<std::string_view> text_pair,
                                             std::span<const Shot> shots) const {
  PromptTemplate::Text whole;
  if (!chat_) {
    for (const Shot& shot : shots) {
      whole.add(template_.with_label(shot));
      whole.add(shots_separator_);
    }
    whole.add(template_.before_label(text, text_pair));
    return whole;
  }
  Json messages = Json::array();
  for (const Shot& shot : shots) {
    messages.push_back(turn("user", template_.before_label(shot.text, shot.text_pair).text));
    messages.push_back(turn("assistant", shot.label + template_.after_label()));
  }
  messages.push_back(turn("user", template_.before_label(text, text_pair).text));
  text::Rendering rendering =
      chat_->render({{"messages", std::move(messages)}, {"add_generation_prompt", true}}, tokenizer_.special_tokens());
  return {std::move(rendering.text), std::move(rendering.data)};
}

// A chat template writes all special tokens itself.
std::vector<int32_t> PromptEncoder::ids_of(const PromptTemplate::Text& text) const {
  const bool is_chat = chat_.has_value();
  std::vector<int32_t> ids =
      tokenizer_.encode_with_plain_parts(text.text, text.data, {.add_special_tokens = !is_chat}).ids;
  if (!is_chat) ids.resize(ids.size() - num_special_after_);
  return ids;
}

PromptTokens PromptEncoder::encode_whole(std::string_view text, std::optional<std::string_view> text_pair,
                                         std::span<const Shot> shots) const {
  const PromptTemplate::Text prompt = rendered(text, text_pair, shots);
  PromptTokens tokens;
  for (const std::string& label : labels_) {
    PromptTemplate::Text whole = prompt;
    whole.add_data(label);
    tokens.labels.push_back(ids_of(whole));
  }
  PromptTemplate::Text alone = prompt;
  alone.text.resize(size_without_blanks(alone.text));
  const auto end = static_cast<uint32_t>(alone.text.size());
  for (text::Offset& range : alone.data) range = {std::min(range.begin, end), std::min(range.end, end)};
  tokens.prompt.ids = ids_of(alone);
  size_t border = tokens.prompt.ids.size();
  for (const std::vector<int32_t>& whole : tokens.labels) {
    border = std::min(border, common_prefix(tokens.prompt.ids, whole));
  }
  tokens.crosses_border = border < tokens.prompt.ids.size();
  if (border == 0) {
    throw Error(ErrorKind::kUsage, "the prompt has no token before the label, so there is nothing that it follows",
                "put words before {text} in --prompt, such as \"Review: {text} Sentiment: \"");
  }
  tokens.prompt.ids.resize(border);
  tokens.prompt.type_ids.assign(border, 0);
  for (std::vector<int32_t>& label : tokens.labels) {
    label.erase(label.begin(), label.begin() + static_cast<ptrdiff_t>(border));
  }
  return tokens;
}

}  // namespace hone::task
