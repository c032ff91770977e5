#include "generate/speed.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

#include "base/counted.h"

namespace hone::generate {

namespace {

std::string part(int64_t tokens, const char* what, double seconds, const char* form) {
  const std::string rate = fmt::format(fmt::runtime(form), static_cast<double>(tokens) / std::max(seconds, 1e-9));
  return fmt::format("{} in {:.2f} s ({}/s)", counted(static_cast<uint64_t>(tokens), what), seconds, rate);
}

}  // namespace

std::vector<Generated> Speed::step(Generation& generation) {
  const auto begin = std::chrono::steady_clock::now();
  const int64_t before = generation.num_computed();
  std::vector<Generated> all = generation.step();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const int64_t computed = generation.num_computed() - before;
  if (generation.has_begun_some()) {
    num_prompt_tokens_ += computed;
    prompt_seconds_ += seconds;
  } else {
    num_answer_tokens_ += computed;
    answer_seconds_ += seconds;
  }
  return all;
}

std::string Speed::line() const {
  return fmt::format("{}, {}", part(num_prompt_tokens_, "prompt token", prompt_seconds_, "{:.0f}"),
                     part(num_answer_tokens_, "answer token", answer_seconds_, "{:.1f}"));
}

Json Speed::json() const {
  return {{"prompt_tokens", num_prompt_tokens_},
          {"prompt_seconds", prompt_seconds_},
          {"answer_tokens", num_answer_tokens_},
          {"answer_seconds", answer_seconds_}};
}

}  // namespace hone::generate
