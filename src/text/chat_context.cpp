#include "text/chat_context.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "text/jinja/json_value.h"
#include "text/jinja/operators.h"

namespace hone::text {

namespace {

using jinja::Entry;
using jinja::Kind;
using jinja::Render;
using jinja::Value;

// Names under which the reasoning of a message is passed. The first one is the name that templates read.
constexpr std::string_view kReasoning[] = {"reasoning_content", "thinking", "reasoning"};

// Some templates make special tokens of the role: '<|' + role + '|>'. These names are not a user's words.
constexpr std::string_view kRoles[] = {"system",   "user",  "assistant", "tool",          "developer",
                                       "function", "model", "ipython",   "tool_response", "tool_call"};

constexpr std::string_view kDroppedFromVariables = "continue_final_message";

[[noreturn]] void refuse(const std::string& message, const char* hint) {
  throw Error(ErrorKind::kInput, "the context of a chat template: " + message, hint);
}

// Returns the value of a key, or null if it is missing or null.
const Json* find_value(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json& checked_messages(const Json& context) {
  const Json* messages = context.is_object() ? find_value(context, "messages") : nullptr;
  if (messages == nullptr || !messages->is_array()) {
    refuse("\"messages\" must be a list of messages", R"(write {"messages": [{"role": "user", "content": "..."}]})");
  }
  if (messages->empty()) refuse("\"messages\" is empty", "give at least one message");
  for (size_t i = 0; i < messages->size(); ++i) {
    if ((*messages)[i].is_object()) continue;
    refuse(fmt::format("message {} is no object", i + 1), "each message has a \"role\" and a \"content\"");
  }
  return *messages;
}

// Tools and documents are lists of objects.
void check_objects(const Json& context, std::string_view key) {
  const Json* list = find_value(context, key);
  if (list == nullptr) return;
  if (!list->is_array()) refuse(fmt::format("\"{}\" must be a list", key), "write a list of objects");
  for (size_t i = 0; i < list->size(); ++i) {
    if (!(*list)[i].is_object())
      refuse(fmt::format("item {} of \"{}\" is no object", i + 1, key), "write a list of objects");
  }
}

// Returns the text of the last block with one, or null.
const Json* last_text(const Json& blocks) {
  for (size_t i = blocks.size(); i > 0; --i) {
    const Json& block = blocks[i - 1];
    if (block.is_object() && block.contains("text")) return &block["text"];
  }
  return nullptr;
}

// Adds the reasoning of a message under the names that templates read: `thinking` in front, unless the message has it.
void alias_reasoning(Render& render, std::vector<Entry>& entries) {
  const auto find = [&](std::string_view name) {
    return std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key.bytes() == name; });
  };
  Value reasoning;
  for (const std::string_view name : kReasoning) {
    const auto found = find(name);
    if (reasoning.is_missing() && found != entries.end()) reasoning = found->value;
  }
  if (reasoning.is_missing()) return;
  const auto own = find("thinking");
  const Entry thinking{render.borrowed("thinking"), own == entries.end() ? reasoning : own->value};
  if (own != entries.end()) entries.erase(own);
  entries.insert(entries.begin(), thinking);
  const auto standard = find(kReasoning[0]);
  if (standard == entries.end()) {
    entries.push_back({render.borrowed(kReasoning[0]), reasoning});
  } else {
    standard->value = reasoning;
  }
}

Value with_tag(Render& render, const Value& text) {
  return jinja::apply(render, jinja::BinaryOperator::kAdd, text, render.borrowed(kContinueTag));
}

// Returns a list of blocks whose last text ends with the tag.
Value tagged_blocks(Render& render, const Value& blocks) {
  std::vector<Value> items(blocks.items().begin(), blocks.items().end());
  for (size_t i = items.size(); i > 0; --i) {
    if (!items[i - 1].is(Kind::kDict) || items[i - 1].dict().find("text") == nullptr) continue;
    std::vector<Entry> entries(items[i - 1].dict().entries.begin(), items[i - 1].dict().entries.end());
    for (Entry& entry : entries) {
      if (entry.key.bytes() == "text") entry.value = with_tag(render, entry.value);
    }
    items[i - 1] = render.dict(entries);
    break;
  }
  return render.list(items);
}

bool is_reasoning(std::string_view name) {
  return std::find(std::begin(kReasoning), std::end(kReasoning), name) != std::end(kReasoning);
}

// Puts the tag behind the text of a field. Reasoning stands under several names.
void tag_field(Render& render, std::string_view field, std::string_view text, std::vector<Entry>& entries) {
  for (Entry& entry : entries) {
    const bool is_other_name = is_reasoning(field) && is_reasoning(entry.key.bytes());
    if (entry.key.bytes() != field && !is_other_name) continue;
    if (entry.value.is(Kind::kList)) {
      entry.value = tagged_blocks(render, entry.value);
    } else if (entry.value.is_text() && entry.value.bytes() == text) {
      entry.value = with_tag(render, entry.value);
    }
  }
}

// Returns the value of a field; reasoning may stand under another name.
const Json* find_field(const Json& message, std::string_view field) {
  const Json* value = find_value(message, field);
  for (const std::string_view name : kReasoning) {
    if (value == nullptr && is_reasoning(field)) value = find_value(message, name);
  }
  return value;
}

bool reads_field(std::string_view source, std::string_view field) {
  const auto reads = [&](std::string_view name) { return source.find(name) != std::string_view::npos; };
  return reads(field) || (is_reasoning(field) && std::any_of(std::begin(kReasoning), std::end(kReasoning), reads));
}

}  // namespace

ChatContext::ChatContext(const Json& context, const std::map<std::string, std::string>& special_tokens,
                         std::string_view source)
    : context_(context), special_tokens_(special_tokens), messages_(&checked_messages(context)) {
  check_objects(context, "tools");
  check_objects(context, "documents");
  find_continued(source);
}

const std::string& ChatContext::continued_text() const { return continued_->get_ref<const std::string&>(); }

void ChatContext::find_continued(std::string_view source) {
  const Json* wish = find_value(context_, kDroppedFromVariables);
  if (wish == nullptr || *wish == false) return;
  if (!wish->is_string() && !wish->is_boolean()) {
    refuse("\"continue_final_message\" must be true, false or the name of a field", "correct the context");
  }
  const Json* prompt = find_value(context_, "add_generation_prompt");
  if (prompt != nullptr && *prompt == true) {
    refuse("\"continue_final_message\" and \"add_generation_prompt\" exclude each other", "set one of them");
  }
  const std::string field = wish->is_string() ? wish->get<std::string>() : "content";
  const Json* text = find_field(messages_->back(), field);
  if (text != nullptr && text->is_array()) text = last_text(*text);
  if (text == nullptr || !text->is_string()) {
    refuse(fmt::format("the final message has no text in \"{}\" to continue", field), "give it one");
  }
  if (!reads_field(source, field)) {
    refuse(fmt::format("the template does not read \"{}\", so it cannot be continued", field), "name another field");
  }
  continued_field_ = field;
  continued_ = text;
}

Value ChatContext::message(Render& render, const Json& message, bool is_last) const {
  std::vector<Entry> entries;
  for (const auto& [key, value] : message.get_ref<const Json::object_t&>()) {
    if (value.is_null()) continue;  // many templates print None, and handle a missing key
    const bool is_role =
        key == "role" && value.is_string() &&
        std::find(std::begin(kRoles), std::end(kRoles), value.get_ref<const std::string&>()) != std::end(kRoles);
    const Value name = jinja::data_text(render, key);
    entries.push_back(
        {name, is_role ? render.borrowed(value.get_ref<const std::string&>()) : jinja::json_value(render, value)});
  }
  alias_reasoning(render, entries);
  if (is_last && is_continued()) tag_field(render, continued_field_, continued_text(), entries);
  return render.adopt_dict(render.arena.copy(std::span<const Entry>(entries)));
}

Value ChatContext::messages(Render& render) const {
  const std::span<Value> all = render.arena.array<Value>(messages_->size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = message(render, (*messages_)[i], i + 1 == all.size());
  return render.adopt_sequence(Kind::kList, all);
}

Value ChatContext::find(Render& render, std::string_view name) const {
  if (name == "messages") return messages(render);
  const auto found = name == kDroppedFromVariables ? context_.end() : context_.find(name);
  if (found != context_.end()) return jinja::json_value(render, *found);
  if (name == "tools" || name == "documents") return Value::none();
  if (name == "add_generation_prompt") return Value::boolean(false);
  const auto token = special_tokens_.find(std::string(name));
  return token == special_tokens_.end() ? Value() : render.borrowed(token->second);
}

}  // namespace hone::text
