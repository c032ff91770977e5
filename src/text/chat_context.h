// The variables that a chat template sees: the context as apply_chat_template() of transformers prepares it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "text/jinja/render.h"

namespace hone::text {

// Stands at the end of a message that is to be continued, until the text after it is cut off.
inline constexpr std::string_view kContinueTag = "CONTINUE_FINAL_MESSAGE_TAG ";

class ChatContext {
 public:
  // `source`: the template's text, which must read the field that is continued. The arguments must outlive the object.
  // Errors: kInput for a context that transformers refuses.
  ChatContext(const Json& context, const std::map<std::string, std::string>& special_tokens, std::string_view source);

  // Returns the variable, or a missing value.
  jinja::Value find(jinja::Render& render, std::string_view name) const;

  bool is_continued() const { return continued_ != nullptr; }
  // The text that is continued.
  const std::string& continued_text() const;

 private:
  void find_continued(std::string_view source);
  jinja::Value messages(jinja::Render& render) const;
  jinja::Value message(jinja::Render& render, const Json& message, bool is_last) const;

  const Json& context_;
  const std::map<std::string, std::string>& special_tokens_;
  const Json* messages_ = nullptr;
  std::string continued_field_;
  const Json* continued_ = nullptr;  // the text in the last message that is continued
};

}  // namespace hone::text
