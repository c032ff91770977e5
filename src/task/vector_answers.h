// Answers that are vectors, as a model of sentence-transformers gives them.
#pragma once

#include <memory>
#include <string_view>

#include "task/answer.h"

namespace hone::task {

// JSON schema of their response, the list that POST /embed of Text Embeddings Inference has for a text.
inline constexpr std::string_view kVectorSchema =
    R"({"description": "the vector of the text", "type": "array", "items": {"type": "number"}})";

// The list of the values; {"embedding": [...]} in files.
std::unique_ptr<Answer> vector_answer(const Outputs& outputs);

}  // namespace hone::task
