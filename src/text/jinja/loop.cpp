#include "text/jinja/loop.h"

#include <algorithm>

#include "text/jinja/print.h"

namespace hone::text::jinja {

// The items of a loop that its test accepts. The test has variables of its own.
struct FilteredItems final : Generator {
  FilteredItems(const For& of, const Value& source, Activation* own) : loop(of), iterator(source), activation(own) {}

  bool next(Render& render, Value& item) override {
    Activation* outer = render.activation;
    render.activation = activation;
    bool found = false;
    while (!found && iterator.next(render, item)) {
      loop.test_target_.assign(render, item);
      found = is_true(loop.test->eval(render));
    }
    render.activation = outer;
    return found;
  }

  const For& loop;
  Iterator iterator;
  Activation* activation;
};

namespace {

using UseName = std::function<void(const std::string&)>;

Value cycle(Render&, const Value& self, const Bound& arguments) {
  const auto items = arguments.all().positional;
  if (items.empty()) fail("no items for cycling given");
  return items[static_cast<size_t>(self.as<const LoopState>().index0) % items.size()];
}

Value changed(Render& render, const Value& self, const Bound& arguments) {
  LoopState& state = self.as<LoopState>();
  const Value now = render.sequence(Kind::kTuple, arguments.all().positional);
  const bool is_equal = !state.last_changed.is_missing() && are_equal(render, state.last_changed, now);
  state.last_changed = now;
  return Value::boolean(!is_equal);
}

constexpr MethodRow kLoopMethods[] = {{{"cycle", "*"}, cycle}, {{"changed", "*"}, changed}};

struct LoopAttribute {
  std::string_view name;
  Value (*get)(Render& render, LoopState& state);
};

constexpr LoopAttribute kLoopAttributes[] = {
    {"index", [](Render&, LoopState& s) { return Value::integer(s.index0 + 1); }},
    {"index0", [](Render&, LoopState& s) { return Value::integer(s.index0); }},
    {"first", [](Render&, LoopState& s) { return Value::boolean(s.index0 == 0); }},
    {"last", [](Render& r, LoopState& s) { return Value::boolean(!s.peek(r)); }},
    {"length", [](Render& r, LoopState& s) { return Value::integer(s.length(r)); }},
    {"revindex", [](Render& r, LoopState& s) { return Value::integer(s.length(r) - s.index0); }},
    {"revindex0", [](Render& r, LoopState& s) { return Value::integer(s.length(r) - s.index0 - 1); }},
    {"previtem",
     [](Render& r, LoopState& s) { return s.index0 == 0 ? r.undefined_hint("there is no previous item") : s.before; }},
    {"nextitem",
     [](Render& r, LoopState& s) { return s.peek(r) ? s.after : r.undefined_hint("there is no next item"); }},
    {"depth", [](Render&, LoopState& s) { return Value::integer(s.depth0 + 1); }},
    {"depth0", [](Render&, LoopState& s) { return Value::integer(s.depth0); }},
};

Scope inner_scope(Binder& binder, const Scope& scope, FunctionScope* function) {
  return {binder.add_symbols(scope.symbols, function), function};
}

}  // namespace

bool LoopState::next(Render& render, Value& item) {
  if (!after.is_missing()) {
    item = after;
    after = Value();
  } else if (!iterator.next(render, item)) {
    return false;
  }
  ++index0;
  before = current;
  current = item;
  return true;
}

bool LoopState::peek(Render& render) {
  if (after.is_missing() && !iterator.next(render, after)) after = Value();
  return !after.is_missing();
}

int64_t LoopState::length(Render& render) {
  if (known_length >= 0) return known_length;
  if (const auto size = length_of(source)) return known_length = static_cast<int64_t>(*size);
  // The items that are left of a generator.
  const Value rest = render.list(all_items(render, source));
  iterator = Iterator(rest);
  known_length = static_cast<int64_t>(rest.items().size()) + index0 + 1 + (after.is_missing() ? 0 : 1);
  return known_length;
}

std::optional<Value> loop_attribute(Render& render, LoopState& state, std::string_view name) {
  for (const LoopAttribute& row : kLoopAttributes) {
    if (row.name == name) return row.get(render, state);
  }
  const MethodRow* method = find_method(kLoopMethods, name);
  if (method == nullptr) return std::nullopt;
  return Value(Kind::kMethod, render.arena.make<Method>(method, Value(Kind::kLoop, &state)));
}

Value call_loop(Render& render, const LoopState& state, const Arguments& arguments) {
  if (state.recursive == nullptr) fail("The loop must have the 'recursive' marker to be called recursively.");
  const Bound bound({"loop", "iterable", 1}, arguments);
  return state.recursive->run_recursive(render, bound[0], state.closure, state.depth0 + 1);
}

void For::find_symbols(Symbols& symbols) {
  each_name(*iterable, [&](const std::string& name) { symbols.load(name); });
}

void For::bind_test(Binder& binder, const Scope& scope) {
  FunctionScope* own = binder.add_function(scope.function);
  test_function_ = own;
  const Scope inner = inner_scope(binder, scope, own);
  target.each_name([&](const Target& part) { inner.symbols->declare_parameter(part.name); });
  each_name(*test, [&](const std::string& name) { inner.symbols->load(name); });
  test_frame_ = binder.frame(inner);
  test_target_ = target;
  test_target_.bind(binder, inner);
  test->bind(binder, inner);
}

void For::bind(Binder& binder, const Scope& scope) {
  target.each_name([&](const Target& part) {
    if (part.name == "loop") binder.fail_at(line, "Can't assign to special loop variable in for-loop target");
  });
  iterable->bind(binder, scope);
  if (test != nullptr) bind_test(binder, scope);
  FunctionScope* function = is_recursive ? binder.add_function(scope.function) : scope.function;
  function_ = function;
  const Scope inner = inner_scope(binder, scope, function);
  has_loop_variable_ = is_recursive || reads(body, "loop");
  if (has_loop_variable_) inner.symbols->declare_parameter("loop");
  target.each_name([&](const Target& part) { inner.symbols->declare_parameter(part.name); });
  jinja::find_symbols(body, *inner.symbols);
  body_frame_ = binder.frame(inner);
  target.bind(binder, inner);
  if (has_loop_variable_) loop_variable_ = binder.variable("loop", inner);
  bind_body(body, binder, inner);
  const Scope rest = inner_scope(binder, scope, function);
  jinja::find_symbols(otherwise, *rest.symbols);
  otherwise_frame_ = binder.frame(rest);
  bind_body(otherwise, binder, rest);
}

Value For::filtered(Render& render, const Value& source, Activation* closure) const {
  const std::span<Value> slots = render.arena.array<Value>(test_function_->slots.size());
  Activation* own = render.arena.make<Activation>(slots, closure);
  Activation* outer = render.activation;
  render.activation = own;
  test_frame_.enter(render);
  render.activation = outer;
  Generator* items = new (render.arena.allocate(sizeof(FilteredItems))) FilteredItems(*this, source, own);
  return Value(Kind::kGenerator, items);
}

// Returns whether the body ran to its end at least once.
template <typename Next>
bool For::run_items(Render& render, LoopState* state, const Next& next) const {
  bool has_run = false;
  for (Value item; next(item);) {
    render.line = line;
    target.assign(render, item);
    if (state != nullptr) value_at(render, loop_variable_) = Value(Kind::kLoop, state);
    body_frame_.enter(render);
    const Flow flow = run_body(body, render);
    if (flow == Flow::kBreak) break;
    has_run = has_run || flow == Flow::kNext;
    render.line = line;
  }
  body_frame_.leave(render);
  return has_run;
}

Flow For::run_loop(Render& render, const Value& given, Activation* closure, int64_t depth0) const {
  render.line = line;
  const Value source = test == nullptr ? given : filtered(render, given, closure);
  bool has_run = false;
  if (has_loop_variable_) {
    void* place = render.arena.allocate(sizeof(LoopState));
    LoopState* state = new (place) LoopState(source, is_recursive ? this : nullptr, closure, depth0);
    has_run = run_items(render, state, [&](Value& item) { return state->next(render, item); });
  } else {
    Iterator iterator(source);
    has_run = run_items(render, nullptr, [&](Value& item) { return iterator.next(render, item); });
  }
  if (has_run || otherwise.empty()) return Flow::kNext;
  otherwise_frame_.enter(render);
  const Flow flow = run_body(otherwise, render);
  if (flow == Flow::kNext) otherwise_frame_.leave(render);
  return flow;
}

Flow For::run(Render& render) const {
  const Value source = iterable->eval(render);
  if (!is_recursive) return run_loop(render, source, render.activation, 0);
  print(render, run_recursive(render, source, render.activation, 0), *render.output);
  return Flow::kNext;
}

Value For::run_recursive(Render& render, const Value& source, Activation* closure, int64_t depth0) const {
  const std::span<Value> slots = render.arena.array<Value>(function_->slots.size());
  Activation own{slots, closure};
  const uint32_t called_at = render.line;
  Activation* outer = render.activation;
  render.activation = render.arena.make<Activation>(own);
  ++render.num_calls;
  render.check_call();
  Capture capture(render);
  run_loop(render, source, closure, depth0);
  --render.num_calls;
  render.activation = outer;
  render.line = called_at;
  return capture.text();
}

void For::each_read_name(const UseName& use) {
  each_name(*iterable, use);
  if (test != nullptr) each_name(*test, use);
  jinja::each_read_name(body, use);
  jinja::each_read_name(otherwise, use);
}

}  // namespace hone::text::jinja
