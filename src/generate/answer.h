// An answer: its text, its tokens and why it ended; and one that grows token by token.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "generate/answer_text.h"
#include "generate/generation.h"
#include "generate/options.h"

namespace hone::generate {

struct Answer {
  std::string text;
  std::vector<int32_t> ids;  // generated, with the stop id
  std::string finish_reason, stop_string;
};

// {"prompt", "text", "token_ids", "finish_reason"}, and "stop_string" if one ended the answer.
Json answer_json(std::string_view prompt, const Answer& answer);

// The answer of these ids. `silent_ids`: tokens without text, beside the special ones.
Answer answer_of(const text::Tokenizer& tokenizer, const std::vector<int32_t>& ids, FinishReason reason,
                 const std::vector<int32_t>& silent_ids = {});

class GrowingAnswer {
 public:
  // `silent_ids`: as above.
  GrowingAnswer(const text::Tokenizer& tokenizer, const GenerationOptions& options,
                std::vector<int32_t> silent_ids = {});

  // Adds a token, and returns the text that is certain now. After a stop string it ends the sequence of `generation`.
  std::string take(Generation& generation, const Generated& generated);
  // Ends the answer before its time, and returns the rest of its text.
  std::string interrupt(Generation& generation, uint64_t id);

  bool is_whole() const { return is_whole_; }
  const Answer& answer() const { return answer_; }

 private:
  std::string end(std::string_view reason);

  AnswerText text_;
  std::vector<int32_t> silent_ids_;
  Answer answer_;
  bool is_whole_ = false;
};

}  // namespace hone::generate
