// A template in the language of jinja2, as transformers runs chat templates: ImmutableSandboxedEnvironment with
// trim_blocks, lstrip_blocks and loop controls. docs/chat_templates.md says what differs.
#pragma once

#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/render.h"

namespace hone::text::jinja {

// What a template has written.
struct Written {
  std::string text;
  std::vector<Offset> data;       // the bytes that come from the context, in order
  std::vector<Offset> generated;  // the bytes of generation blocks
};

// Immutable; copies share the parsed template. Thread-safe.
class Template {
 public:
  // Errors: kInput, "NAME:LINE: what is wrong".
  static Template parse(std::string_view source, std::string name);

  // Returns the value of a variable of the context, or a missing value if the context lacks it.
  using Lookup = std::function<Value(Render& render, std::string_view name)>;

  // Errors: kInput, "NAME:LINE: what went wrong"; the message of raise_exception() is the rest of the line.
  Written render(const Lookup& lookup, const std::tm& now, const Limits& limits = {}) const;

  const std::string& name() const;
  // The names that the template looks up in the context.
  const std::vector<std::string>& context_names() const;

 private:
  struct State;
  explicit Template(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  std::shared_ptr<const State> state_;
};

}  // namespace hone::text::jinja
