// {% for %}: the statement, the variable `loop`, and recursive loops.
#pragma once

#include <optional>

#include "text/jinja/iterator.h"
#include "text/jinja/statement.h"

namespace hone::text::jinja {

struct For;

// The variable `loop`.
struct LoopState {
  LoopState(const Value& iterable, const For* loop, Activation* activation, int64_t depth)
      : source(iterable), iterator(iterable), recursive(loop), closure(activation), depth0(depth) {}

  bool next(Render& render, Value& item);
  // Reads the item after the current one, if it has not been read yet. Returns false at the end.
  bool peek(Render& render);
  int64_t length(Render& render);

  Value source;
  Iterator iterator;
  int64_t index0 = -1;
  int64_t known_length = -1;
  Value before, current, after;  // missing if there are none
  Value last_changed;
  const For* recursive;  // null if the loop is not recursive
  Activation* closure;
  int64_t depth0;
};

struct For : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  // Returns the text of a recursive loop over a value.
  Value run_recursive(Render& render, const Value& iterable, Activation* closure, int64_t depth0) const;

  Target target;
  ExpressionPtr iterable, test;  // `test` may be null
  Body body, otherwise;
  bool is_recursive = false;

 private:
  void bind_test(Binder& binder, const Scope& scope);
  Flow run_loop(Render& render, const Value& source, Activation* closure, int64_t depth0) const;
  template <typename Next>
  bool run_items(Render& render, LoopState* state, const Next& next) const;
  // Returns the items that the test accepts.
  Value filtered(Render& render, const Value& source, Activation* closure) const;
  friend struct FilteredItems;

  bool has_loop_variable_ = false;
  Variable loop_variable_;
  FrameCode body_frame_, otherwise_frame_, test_frame_;
  Target test_target_;
  const FunctionScope* function_ = nullptr;       // of a recursive loop
  const FunctionScope* test_function_ = nullptr;  // of the test
};

// Returns loop.index and the others, or nullopt.
std::optional<Value> loop_attribute(Render& render, LoopState& state, std::string_view name);

// Calls loop(items) in a recursive loop.
Value call_loop(Render& render, const LoopState& state, const Arguments& arguments);

}  // namespace hone::text::jinja
