#include "text/jinja/template.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "text/jinja/globals.h"
#include "text/jinja/parser.h"

namespace hone::text::jinja {

struct Template::State {
  State(std::string_view source, std::string given) : name(std::move(given)), binder(name) {
    check_utf8(source, name);
    body = Parser(tokenize(source, name), name).parse();
    FunctionScope* own = binder.add_function(nullptr);
    function = own;
    const Scope scope{binder.add_symbols(nullptr, own), own};
    find_symbols(body, *scope.symbols);
    frame = binder.frame(scope);
    bind_body(body, binder, scope);
  }

  std::string name;
  Binder binder;
  Body body;
  const FunctionScope* function;
  FrameCode frame;
};

namespace {

// Returns the bytes of a generation block. Transformers counts characters from the place where the block began.
Offset bytes_of(const GeneratedPart& part, std::string_view text) {
  const std::string_view rest = text.substr(std::min(part.begin, text.size()));
  const size_t length = byte_of_code_point(rest, part.num_characters);
  const size_t end = length == std::string_view::npos ? text.size() : part.begin + length;
  return {static_cast<uint32_t>(std::min(part.begin, text.size())), static_cast<uint32_t>(end)};
}

}  // namespace

Template Template::parse(std::string_view source, std::string name) {
  return Template(std::make_shared<const State>(source, std::move(name)));
}

const std::string& Template::name() const { return state_->name; }

const std::vector<std::string>& Template::context_names() const { return state_->binder.globals(); }

Written Template::render(const Lookup& lookup, const std::tm& now, const Limits& limits) const {
  Render render(limits);
  render.now = now;
  try {
    std::vector<Value> globals;
    for (const std::string& name : state_->binder.globals()) {
      const Value value = lookup(render, name);
      globals.push_back(value.is_missing() ? find_global(name) : value);
    }
    render.globals = globals;
    Activation activation{render.arena.array<Value>(state_->function->slots.size())};
    render.activation = &activation;
    state_->frame.enter(render);
    run_body(state_->body, render);
  } catch (const Failure& failure) {
    throw Error(ErrorKind::kInput, fmt::format("{}:{}: {}", state_->name, render.line, failure.what()),
                "the template does not accept this input");
  }
  Written written;
  for (const GeneratedPart& part : render.generated) {
    written.generated.push_back(bytes_of(part, render.main_output.bytes()));
  }
  written.data = render.main_output.take_data();
  written.text = render.main_output.take_bytes();
  return written;
}

}  // namespace hone::text::jinja
