#include "generate/answer.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace hone::generate {

namespace {

constexpr std::string_view kInterrupted = "interrupted";

bool is_one_of(const std::vector<int32_t>& ids, int32_t id) { return std::ranges::find(ids, id) != ids.end(); }

}  // namespace

Json answer_json(std::string_view prompt, const Answer& answer) {
  Json json = {
      {"prompt", prompt}, {"text", answer.text}, {"token_ids", answer.ids}, {"finish_reason", answer.finish_reason}};
  if (!answer.stop_string.empty()) json["stop_string"] = answer.stop_string;
  return json;
}

Answer answer_of(const text::Tokenizer& tokenizer, const std::vector<int32_t>& ids, FinishReason reason,
                 const std::vector<int32_t>& silent_ids) {
  std::vector<int32_t> shown;
  std::ranges::copy_if(ids, std::back_inserter(shown), [&](int32_t id) { return !is_one_of(silent_ids, id); });
  return {tokenizer.decode(shown, /*skip_special_tokens=*/true), ids, std::string(finish_reason_name(reason)), {}};
}

GrowingAnswer::GrowingAnswer(const text::Tokenizer& tokenizer, const GenerationOptions& options,
                             std::vector<int32_t> silent_ids)
    : text_(tokenizer, {.stop_strings = options.stop_strings, .include_stop_string = options.include_stop_string}),
      silent_ids_(std::move(silent_ids)) {}

std::string GrowingAnswer::take(Generation& generation, const Generated& generated) {
  answer_.ids.push_back(generated.token);
  std::string more;
  if (!is_one_of(silent_ids_, generated.token)) more = text_.put(generated.token);
  answer_.text += more;
  if (!generated.finished && !text_.is_stopped()) return more;
  if (!generated.finished) generation.stop(generated.id);
  return more + end(finish_reason_name(generated.finished.value_or(FinishReason::kStop)));
}

std::string GrowingAnswer::interrupt(Generation& generation, uint64_t id) {
  if (is_whole_) return "";
  generation.stop(id);
  return end(kInterrupted);
}

std::string GrowingAnswer::end(std::string_view reason) {
  std::string rest = text_.finish();
  answer_.text += rest;
  answer_.stop_string = text_.stop_string();
  answer_.finish_reason = text_.is_stopped() ? finish_reason_name(FinishReason::kStop) : reason;
  is_whole_ = true;
  return rest;
}

}  // namespace hone::generate
