#include "generate/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/error.h"

namespace hone::generate {

namespace {

constexpr const char *kMessages = "messages", *kRole = "role", *kContent = "content";
constexpr const char *kUser = "user", *kAssistant = "assistant", *kSystem = "system";
// Models without a limit of their own get this one; the memory of the cache is taken as it is needed.
constexpr int64_t kMaxContext = int64_t{1} << 20;

LanguageModel limited(LanguageModel model, const std::optional<int64_t>& max_context) {
  model.max_length = std::min({model.max_length, max_context.value_or(kMaxContext), kMaxContext});
  return model;
}

bool has_role(const Json& message, const char* role) {
  const auto found = message.find(kRole);
  return found != message.end() && *found == role;
}

bool begins_with_system(const Json& messages) { return !messages.empty() && has_role(messages.front(), kSystem); }

Error too_long(size_t num_tokens, int64_t max_context, bool truncates) {
  return {ErrorKind::kUsage,
          fmt::format("the chat has {}, and the model takes at most {} with the answer", counted(num_tokens, "token"),
                      max_context),
          truncates ? "shorten the message; all turns before it are skipped already"
                    : "begin a new chat, or add --truncate: then the oldest turns are skipped"};
}

}  // namespace

Conversation::Conversation(LanguageModel model, const tensor::KvShape& shape, ChatFormat format,
                           GenerationConfig config, Settings settings)
    : model_(limited(std::move(model), settings.max_context)),
      format_(std::move(format)),
      config_(std::move(config)),
      settings_(std::move(settings)),
      generation_(model_, shape, kernel::whole_pages(model_.max_length)) {
  add_stop_ids(format_.turn_ends(), config_);
  set_generation(settings_.generation);
  state_.context = {{kMessages, Json::array()}};
}

void Conversation::set_generation(const GenerationOptions& options) {
  if (options.num_beams > 1 || options.num_return_sequences > 1) {
    throw Error(ErrorKind::kUnsupported, "a chat has one answer at a time, without beams",
                "set num_beams and num_return_sequences to 1");
  }
  settings_.generation = options;
}

void Conversation::set_thinking(bool is_on) {
  const auto variable = format_.thinking_variable();
  if (!variable) {
    throw Error(ErrorKind::kUsage, "the model's chat template cannot turn thinking on or off",
                "models that think have a template that reads enable_thinking or thinking");
  }
  state_.context[*variable] = is_on;
}

void Conversation::set_system(std::string_view text) {
  Json& messages = state_.context[kMessages];
  if (begins_with_system(messages)) messages.erase(0);
  if (!text.empty()) messages.insert(messages.begin(), Json{{kRole, kSystem}, {kContent, text}});
}

void Conversation::clear() {
  Json& messages = state_.context[kMessages];
  Json kept = Json::array();
  if (begins_with_system(messages)) kept.push_back(std::move(messages.front()));
  messages = std::move(kept);
  state_.num_skipped = 0;
}

void Conversation::load(Json context) {
  for (const char* key : {"add_generation_prompt", "continue_final_message"}) {
    if (context.is_object()) context.erase(key);
  }
  format_.prompt_ids(context);
  state_ = {std::move(context), 0};
}

bool Conversation::awaits_answer() const {
  const Json& messages = state_.context[kMessages];
  return !messages.empty() && has_role(messages.back(), kUser);
}

Answer Conversation::undone_if_it_fails(const std::function<Answer()>& change) {
  const State before = state_;
  try {
    return change();
  } catch (...) {
    state_ = before;
    throw;
  }
}

Answer Conversation::ask(std::string_view message, const Listener& listener) {
  return undone_if_it_fails([&] {
    state_.context[kMessages].push_back({{kRole, kUser}, {kContent, message}});
    return answer(listener);
  });
}

Answer Conversation::ask_again(const Listener& listener) {
  return undone_if_it_fails([&] {
    Json& messages = state_.context[kMessages];
    while (!messages.empty() && !has_role(messages.back(), kUser)) messages.erase(messages.size() - 1);
    if (messages.empty()) {
      throw Error(ErrorKind::kUsage, "there is no message to answer again", "write a message first");
    }
    return answer(listener);
  });
}

// The messages of the chat without the skipped ones.
Json Conversation::read_context() const {
  Json context = state_.context;
  Json& messages = context[kMessages];
  const auto begin = messages.begin() + (begins_with_system(messages) ? 1 : 0);
  messages.erase(begin, begin + static_cast<ptrdiff_t>(state_.num_skipped));
  return context;
}

// A turn is a message of the user and what follows up to the next one. Returns false if there is one turn only.
bool Conversation::skip_a_turn() {
  const Json& messages = state_.context[kMessages];
  const size_t first = begins_with_system(messages) ? 1 : 0;
  for (size_t i = first + state_.num_skipped + 1; i < messages.size(); ++i) {
    if (!has_role(messages[i], kUser)) continue;
    state_.num_skipped = i - first;
    return true;
  }
  return false;
}

std::vector<int32_t> Conversation::prompt() {
  // Room for a long answer, because the next turns would soon be too long again.
  const int64_t room = settings_.truncates ? std::min(settings_.generation.max_new_tokens, max_context() / 4) : 1;
  for (;;) {
    std::vector<int32_t> ids = format_.prompt_ids(read_context());
    const auto size = static_cast<int64_t>(ids.size());
    if (size <= max_context() - room) return ids;
    if (settings_.truncates && skip_a_turn()) continue;
    if (size < max_context()) return ids;
    throw too_long(ids.size(), max_context(), settings_.truncates);
  }
}

Answer Conversation::answer(const Listener& listener) {
  Request request = request_of(settings_.generation, config_, format_.tokenizer(), prompt());
  request.row = num_answers_++;
  request.form = settings_.form;
  num_prompt_tokens_ = static_cast<int64_t>(request.prompt.size());
  Answer answer = generate(std::move(request), listener);
  state_.context[kMessages].push_back({{kRole, kAssistant}, {kContent, answer.text}});
  return answer;
}

Answer Conversation::generate(Request request, const Listener& listener) {
  const uint64_t id = request.row;
  GrowingAnswer growing(format_.tokenizer(), settings_.generation, request.stop_ids);
  speed_ = {};
  generation_.add(id, std::move(request));
  try {
    while (!growing.is_whole()) {
      for (const Generated& generated : speed_.step(generation_)) {
        if (listener(growing.take(generation_, generated)) || growing.is_whole()) continue;
        listener(growing.interrupt(generation_, id));
      }
    }
  } catch (...) {
    generation_.stop(id);
    throw;
  }
  return growing.answer();
}

}  // namespace hone::generate
