// Macros, and the bodies of call blocks, which are macros without a name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "text/jinja/expression.h"
#include "text/jinja/scope.h"

namespace hone::text::jinja {

struct Statement;

struct MacroCode {
  struct Parameter {
    std::string name;
    ExpressionPtr fallback;  // may be null
    Variable variable = {};
  };

  MacroCode();
  ~MacroCode();

  void bind(Binder& binder, const Scope& scope);
  void each_read_name(const std::function<void(const std::string&)>& use) const;

  std::string name;  // empty for the body of a call block
  uint32_t line = 1;
  std::vector<Parameter> parameters;
  std::vector<std::unique_ptr<Statement>> body;

  // The special variables that the body reads without declaring them.
  struct Special {
    bool is_used = false;
    Variable variable = {};
  };
  Special caller, keywords, more;
  FrameCode frame;
  const FunctionScope* function = nullptr;
};

// Returns the macro with the variables of the place where it is defined.
Value make_macro(Render& render, const MacroCode& code);

// Returns the text that the macro writes. Errors: Failure, as Python's for wrong arguments.
Value call_macro(Render& render, const Macro& macro, const Arguments& arguments);

// Returns macro.name, macro.arguments and the others, or nullopt.
std::optional<Value> macro_attribute(Render& render, const Macro& macro, std::string_view name);

}  // namespace hone::text::jinja
