#include "text/jinja/scope.h"

#include <algorithm>

#include "base/error.h"
#include "text/jinja/iterator.h"

namespace hone::text::jinja {

namespace {

constexpr size_t kMaxVariables = 10'000;
constexpr size_t kMinNamespace = 4;

void set_attribute(Render& render, Namespace& names, std::string_view name, const Value& value) {
  for (Entry& entry : names.entries.first(names.size)) {
    if (entry.key.bytes() == name) {
      entry.value = value;
      return;
    }
  }
  if (name.starts_with('_')) fail("a namespace cannot have the attribute '{}', which begins with an underscore", name);
  if (names.size == names.entries.size()) {
    const std::span<Entry> larger = render.arena.array<Entry>(std::max(kMinNamespace, 2 * names.size));
    std::copy(names.entries.begin(), names.entries.end(), larger.begin());
    names.entries = larger;
  }
  names.entries[names.size++] = {render.borrowed(name), value};
}

void unpack(Render& render, const std::vector<Target>& targets, const Value& value) {
  if (!is_iterable(value)) fail("cannot unpack non-iterable {} object", type_name(value));
  Iterator iterator(value);
  std::vector<Value> items;
  for (Value item; items.size() <= targets.size() && iterator.next(render, item);) items.push_back(item);
  if (items.size() < targets.size()) {
    fail("not enough values to unpack (expected {}, got {})", targets.size(), items.size());
  }
  if (items.size() > targets.size()) fail("too many values to unpack (expected {})", targets.size());
  for (size_t i = 0; i < targets.size(); ++i) targets[i].assign(render, items[i]);
}

}  // namespace

const Symbols* Symbols::find(const std::string& name) const {
  for (const Symbols* symbols = this; symbols != nullptr; symbols = symbols->parent) {
    if (symbols->names.contains(name)) return symbols;
  }
  return nullptr;
}

void Symbols::store(const std::string& name) {
  stores.insert(name);
  if (names.contains(name)) return;
  const Symbols* outer = parent == nullptr ? nullptr : parent->find(name);
  names.emplace(
      name, outer != nullptr ? Load{Load::Action::kAlias, name, name, outer->level} : Load{Load::Action::kUnset, name});
}

void Symbols::load(const std::string& name) {
  if (find(name) == nullptr) names.emplace(name, Load{Load::Action::kGlobal, name});
}

void Symbols::declare_parameter(const std::string& name) {
  stores.insert(name);
  names.insert_or_assign(name, Load{Load::Action::kParameter, name});
}

void Symbols::join_branches(const std::vector<Symbols>& branches) {
  std::set<std::string> stored;
  for (const Symbols& branch : branches) stored.insert(branch.stores.begin(), branch.stores.end());
  for (const std::string& name : stores) stored.erase(name);
  for (const Symbols& branch : branches) {
    for (const auto& [name, load] : branch.names) names.insert_or_assign(name, load);
    stores.insert(branch.stores.begin(), branch.stores.end());
  }
  // A name that only one of the branches sets has the outer value in the others.
  for (const std::string& name : stored) {
    const Symbols* outer = parent == nullptr ? nullptr : parent->find(name);
    names.insert_or_assign(name, outer != nullptr ? Load{Load::Action::kAlias, name, name, outer->level}
                                                  : Load{Load::Action::kGlobal, name});
  }
}

void FrameCode::enter(Render& render) const {
  for (const Step& step : steps) {
    Value& slot = render.activation->slots[step.slot];
    if (step.action == Load::Action::kGlobal) slot = render.globals[step.global];
    if (step.action == Load::Action::kAlias) slot = value_at(render, step.alias);
    if (step.action == Load::Action::kUnset) slot = Value();
  }
}

void FrameCode::leave(Render& render) const {
  for (const Step& step : steps) render.activation->slots[step.slot] = Value();
}

void Target::each_name(const std::function<void(const Target&)>& use) const {
  if (form != Form::kTuple) return use(*this);
  for (const Target& item : items) item.each_name(use);
}

void Target::bind(Binder& binder, const Scope& scope) {
  if (form != Form::kTuple) {
    variable = binder.variable(name, scope);
    return;
  }
  for (Target& item : items) item.bind(binder, scope);
}

void Target::assign(Render& render, const Value& value) const {
  if (form == Form::kTuple) return unpack(render, items, value);
  Value& place = value_at(render, variable);
  if (form == Form::kName) {
    place = value;
  } else {
    set_attribute(render, place.as<Namespace>(), attribute, value);
  }
}

void Target::check_namespaces(Render& render) const {
  if (form == Form::kName) return;
  each_name([&](const Target& target) {
    if (target.form != Form::kAttribute || value_at(render, target.variable).is(Kind::kNamespace)) return;
    render.line = target.line;
    fail("cannot assign attribute on non-namespace object '{}'", target.name);
  });
}

Symbols* Binder::add_symbols(Symbols* parent, FunctionScope* function) {
  return &symbols_.emplace_back(parent, function);
}

FunctionScope* Binder::add_function(FunctionScope* outer) { return &functions_.emplace_back(outer); }

Variable Binder::place(const std::string& name, int level, const Symbols& owner, const Scope& scope) {
  Variable variable;
  for (const FunctionScope* f = scope.function; f != owner.function; f = f->outer) ++variable.hops;
  auto& slots = owner.function->slots;
  if (slots.size() >= kMaxVariables) fail_at(1, fmt::format("the template has more than {} variables", kMaxVariables));
  variable.slot = slots.try_emplace({level, name}, static_cast<uint16_t>(slots.size())).first->second;
  return variable;
}

Variable Binder::variable(const std::string& name, const Scope& scope) {
  const Symbols* owner = scope.symbols->find(name);
  if (owner == nullptr) {
    scope.symbols->load(name);  // an argument of the filter of a set block, which jinja2 does not know
    owner = scope.symbols;
  }
  return place(name, owner->level, *owner, scope);
}

FrameCode Binder::frame(const Scope& scope) {
  FrameCode code;
  for (const auto& [name, load] : scope.symbols->names) {
    FrameCode::Step step{load.action, place(name, scope.symbols->level, *scope.symbols, scope).slot, 0, {}};
    if (load.action == Load::Action::kGlobal) step.global = global_index(name);
    if (load.action == Load::Action::kAlias) step.alias = variable(name, {scope.symbols->parent, scope.function});
    code.steps.push_back(step);
  }
  return code;
}

uint16_t Binder::global_index(const std::string& name) {
  const auto index = static_cast<size_t>(std::find(globals_.begin(), globals_.end(), name) - globals_.begin());
  if (index == globals_.size()) globals_.push_back(name);
  return static_cast<uint16_t>(index);
}

void Binder::fail_at(uint32_t line, const std::string& message) const {
  throw syntax_error(template_name_, line, message);
}

Error syntax_error(const std::string& template_name, uint32_t line, const std::string& message) {
  return Error(ErrorKind::kInput, fmt::format("{}:{}: {}", template_name, line, message),
               "the template is not valid; correct it, or use another one");
}

}  // namespace hone::text::jinja
