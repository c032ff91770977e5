// The statements of a template. Each knows which variables it uses (find_symbols), where they live (bind) and what it
// does (run).
#pragma once

#include "text/jinja/expression.h"
#include "text/jinja/macro.h"
#include "text/jinja/scope.h"

namespace hone::text::jinja {

enum class Flow : uint8_t { kNext, kBreak, kContinue };

struct Statement {
  explicit Statement(uint32_t at) : line(at) {}
  virtual ~Statement() = default;

  // Adds the names that the statement uses in the frame that it stands in. Inner frames add theirs when they are bound.
  virtual void find_symbols(Symbols& symbols) = 0;
  virtual void bind(Binder& binder, const Scope& scope) = 0;
  virtual Flow run(Render& render) const = 0;
  // Calls `use` for every name that the statement reads, those of inner frames included.
  virtual void each_read_name(const std::function<void(const std::string&)>& use) = 0;

  uint32_t line;
};

using Body = std::vector<std::unique_ptr<Statement>>;

Flow run_body(const Body& body, Render& render);
void find_symbols(const Body& body, Symbols& symbols);
void bind_body(const Body& body, Binder& binder, const Scope& scope);
void each_read_name(const Body& body, const std::function<void(const std::string&)>& use);
bool reads(const Body& body, std::string_view name);

// Text between tags, and {{ ... }}.
struct Output : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  std::vector<ExpressionPtr> parts;
};

struct If : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  struct Branch {
    ExpressionPtr condition;
    Body body;
  };
  std::vector<Branch> branches;
  Body otherwise;
};

struct Assign : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  Target target;
  ExpressionPtr value;
};

// {% set x %}...{% endset %}
struct AssignBlock : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  Target target;
  std::unique_ptr<Filter> filter;  // may be null
  Body body;
  FrameCode frame;
};

// {% filter f %}...{% endfilter %}
struct FilterBlock : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  std::unique_ptr<Filter> filter;
  Body body;
  FrameCode frame;
};

// {% with a = b %}...{% endwith %}; without targets also {% autoescape %}, which changes nothing here.
struct With : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  std::vector<Target> targets;
  std::vector<ExpressionPtr> values;
  Body body;
  FrameCode frame;
};

struct MacroStatement : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  MacroCode code;
  Variable variable;
};

// {% call f() %}...{% endcall %}; without a call it is {% generation %}...{% endgeneration %}.
struct CallBlock : Statement {
  using Statement::Statement;
  void find_symbols(Symbols& symbols) override;
  void bind(Binder& binder, const Scope& scope) override;
  Flow run(Render& render) const override;
  void each_read_name(const std::function<void(const std::string&)>& use) override;

  std::unique_ptr<Call> call;
  MacroCode code;
};

// {% break %} and {% continue %}
struct Jump : Statement {
  Jump(uint32_t at, Flow given) : Statement(at), flow(given) {}
  void find_symbols(Symbols&) override {}
  void bind(Binder&, const Scope&) override {}
  Flow run(Render&) const override { return flow; }
  void each_read_name(const std::function<void(const std::string&)>&) override {}

  Flow flow;
};

}  // namespace hone::text::jinja
