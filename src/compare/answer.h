// The answer of one model to one prompt, and why it ended where it did.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "generate/generation.h"

namespace hone::compare {

// Why an answer ended, or why it went on to its limit.
enum class Ending {
  kStopId,       // it wrote a stop id
  kStopString,   // its text reached a stop string
  kOtherMarker,  // went on: it wrote the marker that ends a turn, which is no stop id
  kNoStopIds,    // went on: its files name no stop id
  kDrawnPast,    // went on: the stop ids were most likely, but the draw took another token
  kNeverLikely,  // went on: the stop ids never were most likely
};
bool is_stopped(Ending ending);
std::string_view ending_name(Ending ending);  // "stop_id"

struct Step {
  int32_t token = 0;
  std::string text;            // that is certain after the token
  double stop = 0, other = 0;  // probabilities: of all stop ids together, of the most likely other token
};

// Steps are counted from 1.
struct Answer {
  int64_t num_prompt_tokens = 0;
  std::vector<Step> steps;
  std::string rest;         // of the text, after the last token
  std::string stop_string;  // that ended it
  generate::FinishReason finished = generate::FinishReason::kLength;

  std::string text() const;
  // The first step at which the stop ids together were more likely than any other token.
  std::optional<size_t> would_stop_at() const;
  // The step at which the stop ids were most likely; 0 without steps.
  size_t likeliest_stop() const;
  // The first step that wrote this token.
  std::optional<size_t> first_step(std::optional<int32_t> token) const;
};

// `end_marker`: the token that ends a turn, if the vocabulary has it.
Ending ending_of(const Answer& answer, std::span<const int32_t> stop_ids, std::optional<int32_t> end_marker);

// What the reason for an ending names.
struct ReasonFacts {
  std::string stops;                       // the texts of the stop ids
  std::string token;                       // that ended the answer, or the marker
  std::string origin;                      // the file and key that name the stop id
  std::optional<size_t> marker_step = {};  // that wrote the marker
  bool has_template = false, uses_template = false;
};

enum class Language { kEnglish, kChinese };

// Returns a clause without a subject: "at step 12 it wrote its stop id <|im_end|> (generation_config.json:
// eos_token_id)".
std::string reason(const Answer& answer, Ending ending, const ReasonFacts& facts, Language language);
// The same of many answers: "it wrote a stop id".
std::string general_reason(Ending ending, Language language);

// Returns blocks of eighths, one for each group of steps: its highest stop probability. At most `columns` of them.
std::string sparkline(const Answer& answer, size_t columns);

// Returns "0.31 %", with two significant digits; "0 %" only for zero.
std::string percent(double probability);

// {"text", "token_ids", "pieces", "finish_reason", "stop_string", "ending", "would_stop_at", "stop_probabilities",
// "other_probabilities", "num_prompt_tokens"}; pieces are the texts of the tokens.
Json to_json(const Answer& answer, Ending ending);

}  // namespace hone::compare
