#include "task/answer.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace hone::task {

size_t Question::num_tokens() const {
  size_t tokens = 0;
  for (const text::Encoding& window : windows) tokens += window.ids.size();
  return tokens;
}

Question make_question(const text::Tokenizer& tokenizer, std::string text, std::optional<std::string> text_pair,
                       const Reading& reading) {
  Question question{.text = std::move(text), .text_pair = std::move(text_pair)};
  question.windows = read_text(tokenizer, question.text, question.text_pair, reading);
  return question;
}

bool Question::is_truncated() const {
  return std::ranges::any_of(windows, [](const text::Encoding& window) { return window.num_cut > 0; });
}

std::vector<Question> make_questions(const text::Tokenizer& tokenizer, const table::Rows& rows,
                                     const table::TextColumns& columns, const Reading& reading) {
  const table::Column first = rows.column(columns.text);
  std::optional<table::Column> second;
  if (columns.text_pair) second = rows.column(*columns.text_pair);
  std::vector<std::string_view> texts, pairs;
  for (uint64_t row = 0; row < rows.size(); ++row) {
    texts.push_back(first.text(row).value_or(""));
    if (second) pairs.push_back(second->text(row).value_or(""));
  }
  std::vector<std::vector<text::Encoding>> windows = read_texts(tokenizer, texts, pairs, reading);
  std::vector<Question> questions(texts.size());
  for (size_t i = 0; i < questions.size(); ++i) {
    questions[i].text = texts[i];
    if (second) questions[i].text_pair = pairs[i];
    questions[i].windows = std::move(windows[i]);
  }
  return questions;
}

text::UnknownTokens unknown_tokens(const text::Tokenizer& tokenizer, const Question& question,
                                   bool has_special_tokens) {
  const size_t num_special = has_special_tokens ? tokenizer.num_special_tokens(question.text_pair.has_value()) : 0;
  text::UnknownTokens count;
  for (const text::Encoding& window : question.windows) {
    count.add(text::count_unknown_tokens(tokenizer, window.ids, num_special));
  }
  return count;
}

bool Outputs::are_finite() const {
  return std::ranges::all_of(windows, [](const std::vector<float>& window) {
    return std::ranges::all_of(window, [](float value) { return std::isfinite(value); });
  });
}

std::vector<float> pooled_outputs(const Outputs& outputs) {
  check_internal(!outputs.windows.empty(), "a question has a window");
  std::vector<float> mean = outputs.windows.front();
  for (size_t i = 1; i < outputs.windows.size(); ++i) {
    for (size_t k = 0; k < mean.size(); ++k) mean[k] += outputs.windows[i][k];
  }
  for (float& value : mean) value /= static_cast<float>(outputs.windows.size());
  return mean;
}

}  // namespace hone::task
