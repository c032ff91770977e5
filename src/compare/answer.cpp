#include "compare/answer.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/names.h"

namespace hone::compare {

namespace {

struct EndingRow {
  Ending ending;
  std::string_view name;
  bool is_stopped;
  std::string_view reason, reason_zh, general, general_zh;
};
struct Background {
  std::string_view no_template, no_template_zh, not_applied, not_applied_zh;
};
#include "compare/endings.inc"

const EndingRow& row_of(Ending ending) { return *std::ranges::find(kEndings, ending, &EndingRow::ending); }

// Why no stop id was likely, as far as the use of the template says it.
std::string_view background(const ReasonFacts& facts, Language language) {
  const bool is_chinese = language == Language::kChinese;
  if (!facts.has_template) return is_chinese ? kBackground.no_template_zh : kBackground.no_template;
  if (!facts.uses_template) return is_chinese ? kBackground.not_applied_zh : kBackground.not_applied;
  return "";
}

size_t step_of(const Answer& answer, Ending ending, std::optional<size_t> marker_step) {
  if (ending == Ending::kOtherMarker) return marker_step.value_or(0);
  if (ending == Ending::kDrawnPast) return answer.would_stop_at().value_or(0);
  return ending == Ending::kNeverLikely ? answer.likeliest_stop() : answer.steps.size();
}

}  // namespace

bool is_stopped(Ending ending) { return row_of(ending).is_stopped; }
std::string_view ending_name(Ending ending) { return row_of(ending).name; }

std::string Answer::text() const {
  std::string text;
  for (const Step& step : steps) text += step.text;
  return text + rest;
}

std::optional<size_t> Answer::would_stop_at() const {
  const auto found = std::ranges::find_if(steps, [](const Step& step) { return step.stop > step.other; });
  if (found == steps.end()) return std::nullopt;
  return static_cast<size_t>(found - steps.begin()) + 1;
}

size_t Answer::likeliest_stop() const {
  if (steps.empty()) return 0;
  return static_cast<size_t>(std::ranges::max_element(steps, {}, &Step::stop) - steps.begin()) + 1;
}

std::optional<size_t> Answer::first_step(std::optional<int32_t> token) const {
  const auto found = token ? std::ranges::find(steps, *token, &Step::token) : steps.end();
  if (found == steps.end()) return std::nullopt;
  return static_cast<size_t>(found - steps.begin()) + 1;
}

Ending ending_of(const Answer& answer, std::span<const int32_t> stop_ids, std::optional<int32_t> end_marker) {
  if (!answer.stop_string.empty()) return Ending::kStopString;
  if (answer.finished == generate::FinishReason::kStop) return Ending::kStopId;
  if (answer.first_step(end_marker)) return Ending::kOtherMarker;
  if (stop_ids.empty()) return Ending::kNoStopIds;
  return answer.would_stop_at() ? Ending::kDrawnPast : Ending::kNeverLikely;
}

std::string reason(const Answer& answer, Ending ending, const ReasonFacts& facts, Language language) {
  const EndingRow& row = row_of(ending);
  const size_t highest = answer.likeliest_stop();
  fmt::dynamic_format_arg_store<fmt::format_context> values;
  values.push_back(fmt::arg("step", step_of(answer, ending, facts.marker_step)));
  values.push_back(fmt::arg("token", facts.token));
  values.push_back(fmt::arg("stops", facts.stops));
  values.push_back(fmt::arg("origin", facts.origin));
  const std::string highest_percent = percent(highest == 0 ? 0 : answer.steps[highest - 1].stop);
  values.push_back(fmt::arg("percent", highest_percent));
  std::string text = fmt::vformat(language == Language::kChinese ? row.reason_zh : row.reason, values);
  if (ending == Ending::kNeverLikely) text += background(facts, language);
  return text;
}

std::string general_reason(Ending ending, Language language) {
  const EndingRow& row = row_of(ending);
  return std::string(language == Language::kChinese ? row.general_zh : row.general);
}

std::string sparkline(const Answer& answer, size_t columns) {
  constexpr std::string_view kBlocks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                          "\u2585", "\u2586", "\u2587", "\u2588"};
  const size_t num_steps = answer.steps.size(), num_groups = std::min(num_steps, columns);
  std::string line;
  for (size_t group = 0; group < num_groups; ++group) {
    double highest = 0;
    for (size_t i = group * num_steps / num_groups; i < (group + 1) * num_steps / num_groups; ++i) {
      highest = std::max(highest, answer.steps[i].stop);
    }
    line += kBlocks[std::min<size_t>(static_cast<size_t>(highest * std::size(kBlocks)), std::size(kBlocks) - 1)];
  }
  return line;
}

std::string percent(double probability) {
  const double value = 100 * probability;
  if (value == 0) return "0 %";
  if (value < 1e-4) return fmt::format("{:.0e} %", value);
  const int digits = value > 99 && value < 100 ? 2 : std::max(0, 1 - static_cast<int>(std::floor(std::log10(value))));
  return fmt::format("{:.{}f} %", value, digits);
}

Json to_json(const Answer& answer, Ending ending) {
  Json ids = Json::array(), pieces = Json::array(), stop = Json::array(), other = Json::array();
  for (const Step& step : answer.steps) {
    ids.push_back(step.token);
    pieces.push_back(step.text);
    stop.push_back(step.stop);
    other.push_back(step.other);
  }
  if (!answer.rest.empty() && !pieces.empty()) pieces.back() = pieces.back().get<std::string>() + answer.rest;
  const auto would_stop_at = answer.would_stop_at();
  return {{"text", answer.text()},
          {"token_ids", ids},
          {"pieces", pieces},
          {"finish_reason", generate::finish_reason_name(answer.finished)},
          {"stop_string", answer.stop_string.empty() ? Json() : Json(answer.stop_string)},
          {"ending", ending_name(ending)},
          {"would_stop_at", would_stop_at ? Json(*would_stop_at) : Json()},
          {"stop_probabilities", stop},
          {"other_probabilities", other},
          {"num_prompt_tokens", answer.num_prompt_tokens}};
}

}  // namespace hone::compare
