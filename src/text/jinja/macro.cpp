#include "text/jinja/macro.h"

#include <algorithm>
#include <optional>

#include "text/jinja/statement.h"

namespace hone::text::jinja {

namespace {

constexpr std::string_view kCaller = "caller", kKeywords = "kwargs", kMore = "varargs";

bool has_parameter(const MacroCode& code, std::string_view name) {
  return std::any_of(code.parameters.begin(), code.parameters.end(),
                     [&](const MacroCode::Parameter& parameter) { return parameter.name == name; });
}

// The call of a macro, while its arguments are given to its parameters.
class MacroCall {
 public:
  MacroCall(Render& render, const MacroCode& code, const Arguments& arguments)
      : render_(render), code_(code), arguments_(arguments), is_taken_(arguments.keywords.size()) {}

  // Fills the slots of the macro's activation.
  void bind() {
    const size_t count = code_.parameters.size(), num_given = std::min(arguments_.positional.size(), count);
    for (size_t i = 0; i < count; ++i) {
      const MacroCode::Parameter& parameter = code_.parameters[i];
      slot(parameter.variable) = i < num_given ? arguments_.positional[i] : take(parameter.name);
    }
    if (code_.caller.is_used) {
      const Value caller = take(kCaller);
      const bool is_missing = caller.is_missing() || caller.is(Kind::kNone);
      slot(code_.caller.variable) = is_missing ? render_.undefined_hint("No caller defined", kCaller) : caller;
    }
    bind_rest(num_given);
  }

 private:
  Value& slot(Variable variable) { return render_.activation->slots[variable.slot]; }

  // Returns the keyword's value and marks it as used, or a missing value.
  Value take(std::string_view name) {
    for (size_t i = 0; i < arguments_.keywords.size(); ++i) {
      if (arguments_.keywords[i].name != name || is_taken_[i]) continue;
      is_taken_[i] = true;
      return arguments_.keywords[i].value;
    }
    return {};
  }

  void bind_rest(size_t num_given) {
    std::vector<Entry> rest;
    for (size_t i = 0; i < is_taken_.size(); ++i) {
      const Keyword& keyword = arguments_.keywords[i];
      if (!is_taken_[i]) rest.push_back({render_.borrowed(keyword.name), keyword.value});
    }
    if (code_.keywords.is_used) {
      slot(code_.keywords.variable) = render_.dict(rest);
    } else if (!rest.empty()) {
      fail("macro '{}' takes no keyword argument '{}'", code_.name, rest[0].key.bytes());
    }
    const auto more = arguments_.positional.subspan(num_given);
    if (code_.more.is_used) {
      slot(code_.more.variable) = render_.sequence(Kind::kTuple, more);
    } else if (!more.empty()) {
      fail("macro '{}' takes not more than {} argument(s)", code_.name, code_.parameters.size());
    }
  }

  Render& render_;
  const MacroCode& code_;
  const Arguments& arguments_;
  std::vector<bool> is_taken_;
};

void set_fallbacks(Render& render, const MacroCode& code) {
  for (const MacroCode::Parameter& parameter : code.parameters) {
    Value& slot = render.activation->slots[parameter.variable.slot];
    if (!slot.is_missing()) continue;
    const Value value =
        parameter.fallback != nullptr
            ? parameter.fallback->eval(render)
            : render.undefined_hint(render.keep(fmt::format("parameter '{}' was not provided", parameter.name)),
                                    parameter.name);
    slot = value;
  }
}

// Puts the activation of a call in place of the caller's, and back.
class Entered {
 public:
  Entered(Render& render, Activation* activation) : render_(render), outer_(render.activation), line_(render.line) {
    render.activation = activation;
    ++render.num_calls;
  }
  ~Entered() {
    render_.activation = outer_;
    --render_.num_calls;
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

  void restore_line() { render_.line = line_; }

 private:
  Render& render_;
  Activation* outer_;
  uint32_t line_;
};

}  // namespace

MacroCode::MacroCode() = default;
MacroCode::~MacroCode() = default;

void MacroCode::bind(Binder& binder, const Scope& scope) {
  FunctionScope* own = binder.add_function(scope.function);
  function = own;
  const Scope inner{binder.add_symbols(scope.symbols, own), own};
  for (const Parameter& parameter : parameters) inner.symbols->declare_parameter(parameter.name);
  const auto declare = [&](Special& special, std::string_view special_name) {
    special.is_used = reads(body, special_name) && !has_parameter(*this, special_name);
    if (special.is_used) inner.symbols->declare_parameter(std::string(special_name));
  };
  declare(caller, kCaller);
  declare(keywords, kKeywords);
  declare(more, kMore);
  for (const Parameter& parameter : parameters) {
    if (parameter.name == kCaller && parameter.fallback == nullptr && reads(body, kCaller)) {
      binder.fail_at(line, "the special argument \"caller\" must be omitted or be given a default");
    }
    if (parameter.fallback == nullptr) continue;
    each_name(*parameter.fallback, [&](const std::string& read) { inner.symbols->load(read); });
  }
  find_symbols(body, *inner.symbols);
  frame = binder.frame(inner);
  for (Parameter& parameter : parameters) {
    parameter.variable = binder.variable(parameter.name, inner);
    if (parameter.fallback != nullptr) parameter.fallback->bind(binder, inner);
  }
  for (const auto& [special, special_name] : {std::pair(&caller, kCaller), {&keywords, kKeywords}, {&more, kMore}}) {
    if (special->is_used) special->variable = binder.variable(std::string(special_name), inner);
  }
  bind_body(body, binder, inner);
}

void MacroCode::each_read_name(const std::function<void(const std::string&)>& use) const {
  for (const Parameter& parameter : parameters) {
    if (parameter.fallback != nullptr) each_name(*parameter.fallback, use);
  }
  jinja::each_read_name(body, use);
}

Value make_macro(Render& render, const MacroCode& code) {
  return Value(Kind::kMacro, render.arena.make<Macro>(&code, render.activation));
}

Value call_macro(Render& render, const Macro& macro, const Arguments& arguments) {
  const MacroCode& code = *macro.code;
  const std::span<Value> slots = render.arena.array<Value>(code.function->slots.size());
  Entered entered(render, render.arena.make<Activation>(slots, macro.closure));
  render.check_call();
  MacroCall(render, code, arguments).bind();
  Capture capture(render);
  code.frame.enter(render);
  set_fallbacks(render, code);
  run_body(code.body, render);
  const Value text = capture.text();
  entered.restore_line();
  return text;
}

std::optional<Value> macro_attribute(Render& render, const Macro& macro, std::string_view name) {
  const MacroCode& code = *macro.code;
  if (name == "name") return code.name.empty() ? Value::none() : render.borrowed(code.name);
  if (name == "catch_kwargs") return Value::boolean(code.keywords.is_used);
  if (name == "catch_varargs") return Value::boolean(code.more.is_used);
  if (name == "caller") return Value::boolean(code.caller.is_used);
  if (name != "arguments") return std::nullopt;
  std::vector<Value> names;
  for (const MacroCode::Parameter& parameter : code.parameters) names.push_back(render.borrowed(parameter.name));
  return render.sequence(Kind::kTuple, names);
}

}  // namespace hone::text::jinja
