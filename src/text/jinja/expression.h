// The expressions of a template, as the parser makes them. The binder (scope.h) then gives each name the place of its
// variable.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "text/jinja/arguments.h"
#include "text/jinja/attributes.h"
#include "text/jinja/operators.h"

namespace hone::text::jinja {

class Binder;
struct Scope;

// The place of a variable: a slot of the activation that lies `hops` functions outwards.
struct Variable {
  uint16_t hops = 0, slot = 0;
};

inline Value& value_at(Render& render, Variable variable) {
  Activation* activation = render.activation;
  for (uint16_t i = 0; i < variable.hops; ++i) activation = activation->outer;
  return activation->slots[variable.slot];
}

struct Expression {
  explicit Expression(uint32_t at) : line(at) {}
  virtual ~Expression() = default;

  virtual Value eval(Render& render) const = 0;
  // Appends str() of the value to the output.
  virtual void print_to(Render& render, TextBuilder& output) const;
  // Calls `use` for each expression in this one.
  virtual void each_child(const std::function<void(Expression&)>& use) { static_cast<void>(use); }
  virtual void bind(Binder& binder, const Scope& scope);

  uint32_t line;
  uint32_t depth = 1;  // of nested expressions
};

using ExpressionPtr = std::unique_ptr<Expression>;

// Calls `use` for each name that the expression reads, in order.
void each_name(Expression& expression, const std::function<void(const std::string&)>& use);

struct Constant : Expression {
  Constant(uint32_t at, Value given) : Expression(at), value(given) {}
  Constant(uint32_t at, std::string given) : Expression(at), owned(std::move(given)), text{owned}, value(&text) {}
  Value eval(Render&) const override { return value; }

  std::string owned;
  Text text;
  Value value;
};

struct Name : Expression {
  Name(uint32_t at, std::string given) : Expression(at), name(std::move(given)) {}
  Value eval(Render& render) const override;
  void bind(Binder& binder, const Scope& scope) override;

  std::string name;
  Variable variable;
};

// [a, b] and (a, b)
struct Listing : Expression {
  Listing(uint32_t at, Kind given, std::vector<ExpressionPtr> all)
      : Expression(at), kind(given), items(std::move(all)) {}
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  Kind kind;
  std::vector<ExpressionPtr> items;
};

struct DictDisplay : Expression {
  using Expression::Expression;
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
};

struct Attribute : Expression {
  Attribute(uint32_t at, ExpressionPtr of, std::string given)
      : Expression(at), object(std::move(of)), owned(std::move(given)), name(owned) {}
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override { use(*object); }

  ExpressionPtr object;
  std::string owned;
  AttributeName name;
};

struct Element : Expression {
  Element(uint32_t at, ExpressionPtr of, ExpressionPtr given)
      : Expression(at), object(std::move(of)), element(std::move(given)) {}
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  ExpressionPtr object, element;
};

struct Slice : Expression {
  using Expression::Expression;
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  ExpressionPtr object, begin, end, step;  // null bounds were not given
};

// Arguments in parentheses: of calls, filters and tests.
struct ArgumentList {
  Arguments eval(Render& render, const Keyword* extra = nullptr) const;
  void each_child(const std::function<void(Expression&)>& use) const;

  std::vector<ExpressionPtr> positional;
  std::vector<std::pair<std::string, ExpressionPtr>> keywords;
  ExpressionPtr more_positional, more_keywords;  // *args and **kwargs
};

struct Call : Expression {
  Call(uint32_t at, ExpressionPtr of, ArgumentList given)
      : Expression(at), callee(std::move(of)), arguments(std::move(given)) {}
  Value eval(Render& render) const override { return eval_with(render, nullptr); }
  Value eval_with(Render& render, const Keyword* extra) const;
  void each_child(const std::function<void(Expression&)>& use) override;

  ExpressionPtr callee;
  ArgumentList arguments;
};

// x | name(...), and x is name ... if `is_test`. Without an operand it is the filter of a block.
struct Filter : Expression {
  Filter(uint32_t at, ExpressionPtr of, std::string given, ArgumentList list, bool test);
  Value eval(Render& render) const override;
  Value apply_to(Render& render, const Value& value) const;
  // Applies the filters of a block to its text.
  Value eval_block(Render& render, const Value& text) const;
  void each_child(const std::function<void(Expression&)>& use) override;
  void bind(Binder& binder, const Scope& scope) override;

  ExpressionPtr operand;
  std::string name;
  ArgumentList arguments;
  bool is_test;
  const MethodRow* row;  // null if no filter has the name
};

struct Not : Expression {
  Not(uint32_t at, ExpressionPtr of) : Expression(at), operand(std::move(of)) {}
  Value eval(Render& render) const override { return Value::boolean(!is_true(operand->eval(render))); }
  void each_child(const std::function<void(Expression&)>& use) override { use(*operand); }

  ExpressionPtr operand;
};

struct Sign : Expression {
  Sign(uint32_t at, ExpressionPtr of, bool negative) : Expression(at), operand(std::move(of)), is_negative(negative) {}
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override { use(*operand); }

  ExpressionPtr operand;
  bool is_negative;
};

// `and` and `or` return one of their operands.
struct Logic : Expression {
  Logic(uint32_t at, ExpressionPtr a, ExpressionPtr b, bool is_and)
      : Expression(at), left(std::move(a)), right(std::move(b)), stops_at(!is_and) {}
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  ExpressionPtr left, right;
  bool stops_at;  // the truth of the left operand that decides
};

struct Binary : Expression {
  Binary(uint32_t at, BinaryOperator given, ExpressionPtr a, ExpressionPtr b)
      : Expression(at), operation(given), left(std::move(a)), right(std::move(b)) {}
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  BinaryOperator operation;
  ExpressionPtr left, right;
};

// a + b + c, so that the texts of a chain are copied once; and a ~ b ~ c, which takes the texts of any values.
struct Chain : Expression {
  Chain(uint32_t at, bool concatenation) : Expression(at), is_concatenation(concatenation) {}
  Value eval(Render& render) const override;
  void print_to(Render& render, TextBuilder& output) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  std::vector<ExpressionPtr> operands;
  bool is_concatenation;

 private:
  // Appends the texts of the operands, and returns true, if all of them are plain texts.
  bool append_texts(Render& render, std::span<const Value> values, TextBuilder& builder) const;
  std::span<const Value> values(Render& render) const;
  Value sum(Render& render, std::span<const Value> values) const;
};

// a < b <= c
struct Comparing : Expression {
  Comparing(uint32_t at, ExpressionPtr of) : Expression(at), first(std::move(of)) {}
  Value eval(Render& render) const override;
  void each_child(const std::function<void(Expression&)>& use) override;

  ExpressionPtr first;
  std::vector<std::pair<Comparison, ExpressionPtr>> rest;
};

// a if condition else b
struct Conditional : Expression {
  Conditional(uint32_t at, ExpressionPtr test, ExpressionPtr a, ExpressionPtr b)
      : Expression(at), condition(std::move(test)), value(std::move(a)), otherwise(std::move(b)) {}
  Value eval(Render& render) const override;
  void print_to(Render& render, TextBuilder& output) const override;
  void each_child(const std::function<void(Expression&)>& use) override;
  void bind(Binder& binder, const Scope& scope) override;

  ExpressionPtr condition, value, otherwise;  // `otherwise` may be null
};

// Calls a value with arguments. Errors: Failure for values that cannot be called.
Value call_value(Render& render, const Value& callee, const Arguments& arguments);

}  // namespace hone::text::jinja
