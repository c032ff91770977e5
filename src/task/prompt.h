// A prompt around a text, and the tokens of the labels that may follow it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "task/options.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace hone::task {

// An example that stands in the prompt, with its label's name.
struct Shot {
  std::string text;
  std::optional<std::string> text_pair;
  std::string label;
};

// What the model reads of a text. K labels.
struct PromptTokens {
  text::Encoding prompt;                     // num_cut: tokens of the text that did not fit
  std::vector<std::vector<int32_t>> labels;  // [K]: the tokens that follow the prompt
  bool crosses_border = false;               // a token holds the end of the prompt and the beginning of a label

  size_t num_label_tokens() const;  // of the longest label
};

// "{text}" in the template becomes the text, "{text_pair}" the second text of a pair, "{label}" the label of a shot; a
// template without "{label}" ends with it. A text that holds such a name stays as it is.
class PromptTemplate {
 public:
  // Errors (kUsage): a template without {text}, with {label} before it, or with several labels.
  explicit PromptTemplate(std::string_view source);

  bool reads_pairs() const { return reads_pairs_; }

  // A prompt as text. `data`: the byte ranges of the texts and labels, which never hold special tokens.
  struct Text {
    std::string text;
    std::vector<text::Offset> data;

    void add(std::string_view more) { text += more; }
    void add_data(std::string_view more);
    void add(const Text& more);
  };
  // Up to the label. Errors (kInput): a pair for a template without {text_pair}, or the reverse.
  Text before_label(std::string_view text, std::optional<std::string_view> text_pair) const;
  // All of it.
  Text with_label(const Shot& shot) const;
  // What follows the label.
  const std::string& after_label() const { return after_label_; }

 private:
  enum class Kind { kLiteral, kText, kTextPair };
  struct Part {
    Kind kind;
    std::string literal;
  };
  std::vector<Part> parts_;
  std::string after_label_;
  bool reads_pairs_ = false;
};

// Errors (kUsage): fewer than two labels, an empty or a repeated one.
void check_labels(const std::vector<std::string>& labels);

// Encodes prompts. Immutable; several threads may use it.
class PromptEncoder {
 public:
  // `max_length`: the most tokens of a prompt with a label. `chat`: the template of the model, or nullopt: the prompt
  // is read as it is, with the special tokens that the tokenizer adds before a text. Errors (kUsage): those of
  // PromptTemplate; labels that are fewer than two, empty or repeated.
  PromptEncoder(const PromptOptions& options, text::Tokenizer tokenizer, std::optional<text::ChatTemplate> chat,
                size_t max_length);

  // The shots stand before the text, the first one first; with a chat template they are earlier turns.
  //
  // Prompt and label are encoded together, as the model saw such texts, and parted as lm-evaluation-harness does: the
  // prompt has the tokens that it has alone, without the blanks at its end, which belong to the label. If a token
  // crosses this border, the prompt ends before it for all labels.
  //
  // A text that is too long for max_length loses its end. Errors: kUsage if the prompt is too long even without the
  // text; those of the tokenizer and of the chat template.
  PromptTokens encode(std::string_view text, std::optional<std::string_view> text_pair,
                      std::span<const Shot> shots) const;

  bool reads_pairs() const { return template_.reads_pairs(); }
  size_t max_length() const { return max_length_; }
  const text::Tokenizer& tokenizer() const { return tokenizer_; }

 private:
  PromptTokens encode_whole(std::string_view text, std::optional<std::string_view> text_pair,
                            std::span<const Shot> shots) const;
  PromptTemplate::Text rendered(std::string_view text, std::optional<std::string_view> text_pair,
                                std::span<const Shot> shots) const;
  std::vector<int32_t> ids_of(const PromptTemplate::Text& text) const;

  PromptTemplate template_;
  std::vector<std::string> labels_;
  std::string shots_separator_;
  text::Tokenizer tokenizer_;
  std::optional<text::ChatTemplate> chat_;
  size_t max_length_;
  size_t num_special_after_ = 0;  // tokens that the tokenizer adds after a text; a prompt does not have them
};

}  // namespace hone::task
