#include "text/jinja/expression.h"

#include <algorithm>

#include "text/jinja/filters.h"
#include "text/jinja/globals.h"
#include "text/jinja/iterator.h"
#include "text/jinja/loop.h"
#include "text/jinja/macro.h"
#include "text/jinja/print.h"
#include "text/jinja/scope.h"

namespace hone::text::jinja {

namespace {

using Use = std::function<void(Expression&)>;

Arguments with_more(Render& render, const ArgumentList& list, std::vector<Value> values,
                    std::vector<Keyword> keywords) {
  if (list.more_positional != nullptr) {
    for (const Value& item : all_items(render, list.more_positional->eval(render))) values.push_back(item);
  }
  if (list.more_keywords != nullptr) {
    const Value more = list.more_keywords->eval(render);
    if (!more.is(Kind::kDict)) fail("argument after ** must be a mapping, not {}", type_name(more));
    for (const Entry& entry : more.dict().entries) {
      if (!entry.key.is_text()) fail("keywords must be strings");
      keywords.push_back({entry.key.bytes(), entry.value});
    }
  }
  return {render.arena.copy(std::span<const Value>(values)), render.arena.copy(std::span<const Keyword>(keywords))};
}

}  // namespace

void Expression::print_to(Render& render, TextBuilder& output) const { print(render, eval(render), output); }

void Expression::bind(Binder& binder, const Scope& scope) {
  each_child([&](Expression& child) { child.bind(binder, scope); });
}

void each_name(Expression& expression, const std::function<void(const std::string&)>& use) {
  if (const auto* name = dynamic_cast<const Name*>(&expression)) return use(name->name);
  expression.each_child([&](Expression& child) { each_name(child, use); });
}

Value Name::eval(Render& render) const {
  const Value value = value_at(render, variable);
  return value.is_missing() ? render.undefined_variable(name) : value;
}

void Name::bind(Binder& binder, const Scope& scope) { variable = binder.variable(name, scope); }

Value Listing::eval(Render& render) const {
  const std::span<Value> values = render.arena.array<Value>(items.size());
  for (size_t i = 0; i < items.size(); ++i) values[i] = items[i]->eval(render);
  render.line = line;
  return render.adopt_sequence(kind, values);
}

void Listing::each_child(const Use& use) {
  for (const ExpressionPtr& item : items) use(*item);
}

Value DictDisplay::eval(Render& render) const {
  std::vector<Entry> values;
  for (const auto& [key, value] : entries) {
    const Value key_value = key->eval(render);
    values.push_back({key_value, value->eval(render)});
  }
  render.line = line;
  return render.dict(values);
}

void DictDisplay::each_child(const Use& use) {
  for (const auto& [key, value] : entries) {
    use(*key);
    use(*value);
  }
}

Value Attribute::eval(Render& render) const {
  const Value of = object->eval(render);
  render.line = line;
  return attribute_of(render, of, name);
}

Value Element::eval(Render& render) const {
  const Value of = object->eval(render), key = element->eval(render);
  render.line = line;
  return element_of(render, of, key);
}

void Element::each_child(const Use& use) {
  use(*object);
  use(*element);
}

Value Slice::eval(Render& render) const {
  const Value of = object->eval(render);
  Value values[3];
  const ExpressionPtr* bounds[] = {&begin, &end, &step};
  for (size_t i = 0; i < 3; ++i) {
    if (*bounds[i] != nullptr) values[i] = (*bounds[i])->eval(render);
  }
  render.line = line;
  const auto given = [&](size_t i) { return *bounds[i] == nullptr ? nullptr : &values[i]; };
  return slice_of(render, of, given(0), given(1), given(2));
}

void Slice::each_child(const Use& use) {
  for (const ExpressionPtr* child : {&object, &begin, &end, &step}) {
    if (*child != nullptr) use(**child);
  }
}

Arguments ArgumentList::eval(Render& render, const Keyword* extra) const {
  const std::span<Value> values = render.arena.array<Value>(positional.size());
  for (size_t i = 0; i < positional.size(); ++i) values[i] = positional[i]->eval(render);
  const size_t num_keywords = keywords.size() + (extra != nullptr ? 1 : 0);
  const std::span<Keyword> names = render.arena.array<Keyword>(num_keywords);
  for (size_t i = 0; i < keywords.size(); ++i) names[i] = {keywords[i].first, keywords[i].second->eval(render)};
  if (extra != nullptr) names.back() = *extra;
  if (more_positional == nullptr && more_keywords == nullptr) return {values, names};
  return with_more(render, *this, {values.begin(), values.end()}, {names.begin(), names.end()});
}

void ArgumentList::each_child(const Use& use) const {
  for (const ExpressionPtr& value : positional) use(*value);
  for (const auto& [name, value] : keywords) use(*value);
  if (more_positional != nullptr) use(*more_positional);
  if (more_keywords != nullptr) use(*more_keywords);
}

Value Call::eval_with(Render& render, const Keyword* extra) const {
  render.charge(1);
  if (const auto* attribute = dynamic_cast<const Attribute*>(callee.get())) {
    // A method is called without making an object for it.
    const Value object = attribute->object->eval(render);
    const MethodRow* method = attribute->name.method_of(object);
    if (method != nullptr && method->run != nullptr) {
      const Arguments given = arguments.eval(render, extra);
      render.line = line;
      return call_method(render, *method, object, given);
    }
    render.line = line;
    const Value target = attribute_of(render, object, attribute->name);
    const Arguments given = arguments.eval(render, extra);
    render.line = line;
    return call_value(render, target, given);
  }
  const Value target = callee->eval(render);
  const Arguments given = arguments.eval(render, extra);
  render.line = line;
  return call_value(render, target, given);
}

void Call::each_child(const Use& use) {
  use(*callee);
  arguments.each_child(use);
}

Filter::Filter(uint32_t at, ExpressionPtr of, std::string given, ArgumentList list, bool test)
    : Expression(at),
      operand(std::move(of)),
      name(std::move(given)),
      arguments(std::move(list)),
      is_test(test),
      row(test ? find_test(name) : find_filter(name)) {}

Value Filter::eval(Render& render) const { return apply_to(render, operand->eval(render)); }

Value Filter::apply_to(Render& render, const Value& value) const {
  const Arguments given = arguments.eval(render);
  render.line = line;
  if (row == nullptr) fail("No {} named '{}' found.", is_test ? "test" : "filter", name);
  return call_function(render, *row, value, given);
}

Value Filter::eval_block(Render& render, const Value& text) const {
  if (operand == nullptr) return apply_to(render, text);
  return apply_to(render, static_cast<const Filter&>(*operand).eval_block(render, text));
}

void Filter::each_child(const Use& use) {
  if (operand != nullptr) use(*operand);
  arguments.each_child(use);
}

void Filter::bind(Binder& binder, const Scope& scope) {
  if (row == nullptr && !scope.is_soft) {
    binder.fail_at(line, fmt::format("No {} named '{}'.", is_test ? "test" : "filter", name));
  }
  Expression::bind(binder, scope);
}

Value Sign::eval(Render& render) const {
  const Value value = operand->eval(render);
  render.line = line;
  return is_negative ? negated(value) : with_plus(value);
}

Value Logic::eval(Render& render) const {
  const Value value = left->eval(render);
  return is_true(value) == stops_at ? value : right->eval(render);
}

void Logic::each_child(const Use& use) {
  use(*left);
  use(*right);
}

Value Binary::eval(Render& render) const {
  const Value a = left->eval(render), b = right->eval(render);
  render.line = line;
  return apply(render, operation, a, b);
}

void Binary::each_child(const Use& use) {
  use(*left);
  use(*right);
}

std::span<const Value> Chain::values(Render& render) const {
  const std::span<Value> all = render.arena.array<Value>(operands.size());
  for (size_t i = 0; i < operands.size(); ++i) all[i] = operands[i]->eval(render);
  render.line = line;
  return all;
}

bool Chain::append_texts(Render& render, std::span<const Value> all, TextBuilder& builder) const {
  if (is_concatenation) {
    for (const Value& value : all) print(render, value, builder);
    return true;
  }
  const auto is_plain = [](const Value& value) { return value.is_text() && !value.text().is_markup; };
  if (!std::all_of(all.begin(), all.end(), is_plain)) return false;
  for (const Value& value : all) print(render, value, builder);
  return true;
}

Value Chain::sum(Render& render, std::span<const Value> all) const {
  Value value = all[0];
  for (size_t i = 1; i < all.size(); ++i) value = apply(render, BinaryOperator::kAdd, value, all[i]);
  return value;
}

Value Chain::eval(Render& render) const {
  const std::span<const Value> all = values(render);
  if (!is_concatenation && !all[0].is_text()) return sum(render, all);
  TextBuilder builder(render.limits.max_bytes);
  return append_texts(render, all, builder) ? render.text(builder) : sum(render, all);
}

void Chain::print_to(Render& render, TextBuilder& output) const {
  const std::span<const Value> all = values(render);
  if (!append_texts(render, all, output)) print(render, sum(render, all), output);
}

void Chain::each_child(const Use& use) {
  for (const ExpressionPtr& operand : operands) use(*operand);
}

Value Comparing::eval(Render& render) const {
  Value left = first->eval(render);
  for (const auto& [comparison, expression] : rest) {
    const Value right = expression->eval(render);
    render.line = line;
    if (!apply(render, comparison, left, right)) return Value::boolean(false);
    left = right;
  }
  return Value::boolean(true);
}

void Comparing::each_child(const Use& use) {
  use(*first);
  for (const auto& [comparison, expression] : rest) use(*expression);
}

Value Conditional::eval(Render& render) const {
  if (is_true(condition->eval(render))) return value->eval(render);
  if (otherwise != nullptr) return otherwise->eval(render);
  return render.undefined_hint("the inline if-expression evaluated to false and no else section was defined");
}

void Conditional::print_to(Render& render, TextBuilder& output) const {
  if (is_true(condition->eval(render))) return value->print_to(render, output);
  if (otherwise != nullptr) otherwise->print_to(render, output);
}

void Conditional::each_child(const Use& use) {
  use(*condition);
  use(*value);
  if (otherwise != nullptr) use(*otherwise);
}

void Conditional::bind(Binder& binder, const Scope& scope) {
  Scope soft = scope;
  soft.is_soft = true;
  Expression::bind(binder, soft);
}

Value call_value(Render& render, const Value& callee, const Arguments& arguments) {
  switch (callee.kind()) {
    case Kind::kMacro:
      return call_macro(render, callee.as<const Macro>(), arguments);
    case Kind::kMethod: {
      const Method& method = callee.as<const Method>();
      return call_method(render, *method.row, method.self, arguments);
    }
    case Kind::kGlobal:
      return call_global(render, callee.as<const GlobalRow>(), arguments);
    case Kind::kLoop:
      return call_loop(render, callee.as<LoopState>(), arguments);
    case Kind::kJoiner: {
      Joiner& joiner = callee.as<Joiner>();
      if (joiner.is_used) return Value(joiner.separator);
      joiner.is_used = true;
      return render.borrowed("");
    }
    default:
      require_defined(callee);
      fail("'{}' object is not callable", type_name(callee));
  }
}

}  // namespace hone::text::jinja
