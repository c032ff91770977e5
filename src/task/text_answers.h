// Answers that are texts, as a translation or a summarization gives them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "task/answer.h"

namespace hone::task {

// JSON schemas of their responses.
inline constexpr std::string_view kTranslationSchema = R"({
  "type": "object", "additionalProperties": false, "required": ["translation_text"],
  "properties": {"translation_text": {"type": "string"}}})";
inline constexpr std::string_view kSummarySchema = R"({
  "type": "object", "additionalProperties": false, "required": ["summary_text"],
  "properties": {"summary_text": {"type": "string"}}})";

// {"translation_text": "..."}: `member` is the name that transformers' pipeline gives it.
std::unique_ptr<Answer> text_answer(std::string_view member, std::string text);

}  // namespace hone::task
