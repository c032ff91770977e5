// How fast a generation is: tokens and seconds of prompts and of answers.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "generate/generation.h"

namespace hone::generate {

class Speed {
 public:
  // Calls generation.step() and adds what it computed. A step that begins a sequence counts as the prompts', with the
  // first token of their answers; every other one as the answers'.
  std::vector<Generated> step(Generation& generation);

  int64_t num_prompt_tokens() const { return num_prompt_tokens_; }  // those that were computed
  int64_t num_answer_tokens() const { return num_answer_tokens_; }  // those of the answers' steps
  // Returns "512 prompt tokens in 0.81 s (632/s), 127 answer tokens in 2.01 s (63.2/s)".
  std::string line() const;
  // {"prompt_tokens", "prompt_seconds", "answer_tokens", "answer_seconds"}
  Json json() const;

 private:
  int64_t num_prompt_tokens_ = 0, num_answer_tokens_ = 0;
  double prompt_seconds_ = 0, answer_seconds_ = 0;
};

}  // namespace hone::generate
