#include "text/jinja/statement.h"

#include "base/utf8.h"
#include "text/jinja/print.h"

namespace hone::text::jinja {

namespace {

using UseName = std::function<void(const std::string&)>;

void load_names(Expression& expression, Symbols& symbols) {
  each_name(expression, [&](const std::string& name) { symbols.load(name); });
}

void store_target(const Target& target, Symbols& symbols) {
  target.each_name([&](const Target& part) {
    if (part.form == Target::Form::kAttribute) return symbols.load(part.name);
    symbols.store(part.name);
  });
}

Scope inner_scope(Binder& binder, const Scope& scope) {
  return {binder.add_symbols(scope.symbols, scope.function), scope.function};
}

}  // namespace

Flow run_body(const Body& body, Render& render) {
  for (const auto& statement : body) {
    render.charge(1);
    render.line = statement->line;
    const Flow flow = statement->run(render);
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

void find_symbols(const Body& body, Symbols& symbols) {
  for (const auto& statement : body) statement->find_symbols(symbols);
}

void bind_body(const Body& body, Binder& binder, const Scope& scope) {
  for (const auto& statement : body) statement->bind(binder, scope);
}

void each_read_name(const Body& body, const UseName& use) {
  for (const auto& statement : body) statement->each_read_name(use);
}

bool reads(const Body& body, std::string_view name) {
  bool found = false;
  each_read_name(body, [&](const std::string& read) { found = found || read == name; });
  return found;
}

void Output::find_symbols(Symbols& symbols) {
  for (const ExpressionPtr& part : parts) load_names(*part, symbols);
}

void Output::bind(Binder& binder, const Scope& scope) {
  for (const ExpressionPtr& part : parts) part->bind(binder, scope);
}

Flow Output::run(Render& render) const {
  for (const ExpressionPtr& part : parts) {
    render.line = part->line;
    part->print_to(render, *render.output);
  }
  return Flow::kNext;
}

void Output::each_read_name(const UseName& use) {
  for (const ExpressionPtr& part : parts) each_name(*part, use);
}

void If::find_symbols(Symbols& symbols) {
  load_names(*branches[0].condition, symbols);
  std::vector<Symbols> copies(3, symbols);
  jinja::find_symbols(branches[0].body, copies[0]);
  for (size_t i = 1; i < branches.size(); ++i) {
    load_names(*branches[i].condition, copies[1]);
    Symbols copy = copies[1];
    jinja::find_symbols(branches[i].body, copy);
    copies[1].join_branches({copy});
  }
  jinja::find_symbols(otherwise, copies[2]);
  symbols.join_branches(copies);
}

void If::bind(Binder& binder, const Scope& scope) {
  Scope soft = scope;
  soft.is_soft = true;
  for (const Branch& branch : branches) {
    branch.condition->bind(binder, soft);
    bind_body(branch.body, binder, soft);
  }
  bind_body(otherwise, binder, soft);
}

Flow If::run(Render& render) const {
  for (const Branch& branch : branches) {
    if (is_true(branch.condition->eval(render))) return run_body(branch.body, render);
  }
  return run_body(otherwise, render);
}

void If::each_read_name(const UseName& use) {
  for (const Branch& branch : branches) {
    each_name(*branch.condition, use);
    jinja::each_read_name(branch.body, use);
  }
  jinja::each_read_name(otherwise, use);
}

void Assign::find_symbols(Symbols& symbols) {
  load_names(*value, symbols);
  store_target(target, symbols);
}

void Assign::bind(Binder& binder, const Scope& scope) {
  target.bind(binder, scope);
  value->bind(binder, scope);
}

Flow Assign::run(Render& render) const {
  target.check_namespaces(render);
  const Value result = value->eval(render);
  render.line = line;
  target.assign(render, result);
  return Flow::kNext;
}

void Assign::each_read_name(const UseName& use) { each_name(*value, use); }

void AssignBlock::find_symbols(Symbols& symbols) { store_target(target, symbols); }

void AssignBlock::bind(Binder& binder, const Scope& scope) {
  const Scope inner = inner_scope(binder, scope);
  jinja::find_symbols(body, *inner.symbols);
  if (filter != nullptr) load_names(*filter, *inner.symbols);
  frame = binder.frame(inner);
  bind_body(body, binder, inner);
  target.bind(binder, scope);
  if (filter != nullptr) filter->bind(binder, inner);
}

namespace {

// Runs a body whose output becomes a text.
Flow run_captured(const Body& body, Render& render, Value& text) {
  Capture capture(render);
  const Flow flow = run_body(body, render);
  if (flow == Flow::kNext) text = capture.text();
  return flow;
}

}  // namespace

Flow AssignBlock::run(Render& render) const {
  frame.enter(render);
  Value text;
  if (const Flow flow = run_captured(body, render, text); flow != Flow::kNext) return flow;
  if (filter != nullptr) text = filter->eval_block(render, text);
  target.check_namespaces(render);
  target.assign(render, text);
  frame.leave(render);
  return Flow::kNext;
}

void AssignBlock::each_read_name(const UseName& use) {
  if (filter != nullptr) each_name(*filter, use);
  jinja::each_read_name(body, use);
}

void FilterBlock::find_symbols(Symbols& symbols) { load_names(*filter, symbols); }

void FilterBlock::bind(Binder& binder, const Scope& scope) {
  const Scope inner = inner_scope(binder, scope);
  jinja::find_symbols(body, *inner.symbols);
  load_names(*filter, *inner.symbols);
  frame = binder.frame(inner);
  bind_body(body, binder, inner);
  filter->bind(binder, inner);
}

Flow FilterBlock::run(Render& render) const {
  frame.enter(render);
  Value text;
  if (const Flow flow = run_captured(body, render, text); flow != Flow::kNext) return flow;
  print(render, filter->eval_block(render, text), *render.output);
  frame.leave(render);
  return Flow::kNext;
}

void FilterBlock::each_read_name(const UseName& use) {
  each_name(*filter, use);
  jinja::each_read_name(body, use);
}

void With::find_symbols(Symbols& symbols) {
  for (const ExpressionPtr& value : values) load_names(*value, symbols);
}

void With::bind(Binder& binder, const Scope& scope) {
  const Scope inner = inner_scope(binder, scope);
  for (const Target& target : targets) {
    target.each_name([&](const Target& part) { inner.symbols->declare_parameter(part.name); });
  }
  jinja::find_symbols(body, *inner.symbols);
  frame = binder.frame(inner);
  for (const ExpressionPtr& value : values) value->bind(binder, scope);
  for (Target& target : targets) target.bind(binder, inner);
  bind_body(body, binder, inner);
}

Flow With::run(Render& render) const {
  frame.enter(render);
  for (size_t i = 0; i < targets.size(); ++i) targets[i].assign(render, values[i]->eval(render));
  const Flow flow = run_body(body, render);
  if (flow == Flow::kNext) frame.leave(render);
  return flow;
}

void With::each_read_name(const UseName& use) {
  for (const ExpressionPtr& value : values) each_name(*value, use);
  jinja::each_read_name(body, use);
}

void MacroStatement::find_symbols(Symbols& symbols) { symbols.store(code.name); }

void MacroStatement::bind(Binder& binder, const Scope& scope) {
  code.bind(binder, scope);
  variable = binder.variable(code.name, scope);
}

Flow MacroStatement::run(Render& render) const {
  value_at(render, variable) = make_macro(render, code);
  return Flow::kNext;
}

void MacroStatement::each_read_name(const UseName& use) { code.each_read_name(use); }

void CallBlock::find_symbols(Symbols& symbols) {
  if (call != nullptr) load_names(*call, symbols);
}

void CallBlock::bind(Binder& binder, const Scope& scope) {
  code.bind(binder, scope);
  if (call != nullptr) call->bind(binder, scope);
}

Flow CallBlock::run(Render& render) const {
  const Value macro = make_macro(render, code);
  if (call != nullptr) {
    const Keyword caller{"caller", macro};
    print(render, call->eval_with(render, &caller), *render.output);
    return Flow::kNext;
  }
  const Value text = call_macro(render, macro.as<const Macro>(), {});
  // As transformers: at the end of what the template itself has written so far, even inside a macro.
  render.generated.push_back({render.main_output.bytes().size(), count_code_points(text.bytes())});
  print(render, text, *render.output);
  return Flow::kNext;
}

void CallBlock::each_read_name(const UseName& use) {
  if (call != nullptr) each_name(*call, use);
  code.each_read_name(use);
}

}  // namespace hone::text::jinja
