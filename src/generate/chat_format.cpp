#include "generate/chat_format.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace hone::generate {

namespace {

constexpr std::array<std::string_view, 2> kThinkingVariables = {"enable_thinking", "thinking"};

Json message_of(std::string_view role, std::string_view content) { return {{"role", role}, {"content", content}}; }

}  // namespace

Json chat_of(std::string_view message, std::string_view system) {
  Json messages = Json::array();
  if (!system.empty()) messages.push_back(message_of("system", system));
  messages.push_back(message_of("user", message));
  return {{"messages", std::move(messages)}};
}

std::vector<int32_t> ids_of(const std::vector<StopId>& stop_ids) {
  std::vector<int32_t> ids;
  for (const StopId& stop : stop_ids) ids.push_back(stop.id);
  return ids;
}

void add_stop_ids(const std::vector<StopId>& more, GenerationConfig& config) {
  for (const StopId& stop : more) {
    if (std::ranges::find(config.stop_ids, stop.id, &StopId::id) == config.stop_ids.end()) {
      config.stop_ids.push_back(stop);
    }
  }
}

ChatFormat::ChatFormat(text::ChatTemplate chat_template, text::Tokenizer tokenizer, bool allow_special)
    : template_(std::move(chat_template)),
      tokenizer_(std::move(tokenizer)),
      allow_special_(allow_special),
      turn_ends_(find_turn_ends()) {}

std::vector<int32_t> ChatFormat::prompt_ids(Json context) const {
  if (context.is_object()) context["add_generation_prompt"] = true;
  return text::encode_chat(tokenizer_, template_.render(context, tokenizer_.special_tokens()), allow_special_).ids;
}

std::optional<std::string> ChatFormat::thinking_variable() const {
  const auto found =
      std::ranges::find_if(kThinkingVariables, [this](std::string_view name) { return template_.reads(name); });
  return found == kThinkingVariables.end() ? std::nullopt : std::optional<std::string>(*found);
}

// Renders an answer, and looks at what follows it.
std::vector<StopId> ChatFormat::find_turn_ends() const {
  constexpr std::string_view kAnswer = "hone-answer", kSpaces = " \n\r\t";
  Json context = chat_of("hone-question");
  context["messages"].push_back(message_of("assistant", kAnswer));
  std::string text;
  try {
    text = template_.render(context, tokenizer_.special_tokens()).text;
  } catch (const Error&) {
    return {};  // the template wants another chat; its errors are for those that the user begins
  }
  const size_t answer = text.rfind(kAnswer);
  const size_t end = answer == std::string::npos ? answer : text.find_first_not_of(kSpaces, answer + kAnswer.size());
  if (end == std::string::npos) return {};
  const std::vector<int32_t> ids =
      tokenizer_.encode(std::string_view(text).substr(end), {.add_special_tokens = false}).ids;
  if (ids.empty() || !(tokenizer_.is_added(ids.front()) || tokenizer_.is_special(ids.front()))) return {};
  return {{ids.front(), template_.name() + ": ends a turn"}};
}

}  // namespace hone::generate
