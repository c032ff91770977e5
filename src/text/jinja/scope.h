// Where the variables of a template live. jinja2 compiles a template to Python functions, and decides at compile time
// for each name whether it is a variable of a loop, of a macro, of the template, or of the context. The binder decides
// the same, and gives each variable a slot.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "text/jinja/expression.h"

namespace hone::text::jinja {

// A function: the template, a macro, a recursive loop, the filter of a loop.
struct FunctionScope {
  explicit FunctionScope(FunctionScope* around) : outer(around) {}

  FunctionScope* outer;
  // By level and name. Loops beside each other share the slots of variables with the same name.
  std::map<std::pair<int, std::string>, uint16_t> slots;
};

// How a variable gets its value when its frame is entered.
struct Load {
  enum class Action : uint8_t { kParameter, kGlobal, kAlias, kUnset };
  Action action;
  std::string name;        // kGlobal: in the context
  std::string alias = {};  // kAlias: a variable of an outer frame
  int alias_level = 0;
};

// The variables of a frame: a loop body, a macro, a block with a scope of its own.
class Symbols {
 public:
  Symbols(Symbols* around, FunctionScope* of)
      : parent(around), function(of), level(around == nullptr ? 0 : around->level + 1) {}

  // Return the symbols that define the name: these or outer ones; null if none do.
  const Symbols* find(const std::string& name) const;

  void store(const std::string& name);
  void load(const std::string& name);
  void declare_parameter(const std::string& name);
  // Joins what the branches of an `if` did to copies of these symbols.
  void join_branches(const std::vector<Symbols>& branches);

  Symbols* parent;
  FunctionScope* function;
  int level;
  std::map<std::string, Load> names;
  std::set<std::string> stores;
};

// What a statement is bound in.
struct Scope {
  Symbols* symbols;
  FunctionScope* function;  // in which the code runs
  bool is_soft = false;     // in an `if`: unknown filters fail only when they are used
};

// The loads of a frame, with places.
struct FrameCode {
  struct Step {
    Load::Action action;
    uint16_t slot;
    uint16_t global;  // kGlobal: index in Render::globals
    Variable alias;
  };
  std::vector<Step> steps;

  // Sets the variables at the beginning of the frame.
  void enter(Render& render) const;
  // Unsets them at its end.
  void leave(Render& render) const;
};

// A target of an assignment: a name, several, or an attribute of a namespace.
struct Target {
  enum class Form : uint8_t { kName, kTuple, kAttribute };
  Form form = Form::kName;
  uint32_t line = 1;
  std::string name, attribute;
  std::vector<Target> items;
  Variable variable;

  void each_name(const std::function<void(const Target&)>& use) const;
  void bind(Binder& binder, const Scope& scope);
  // Errors: Failure if a value cannot be unpacked, or an attribute's object is no namespace.
  void assign(Render& render, const Value& value) const;
  // Throws if an attribute's object is no namespace. jinja2 asks this before it computes the value.
  void check_namespaces(Render& render) const;
};

class Binder {
 public:
  explicit Binder(std::string template_name) : template_name_(std::move(template_name)) {}

  // Makes symbols and functions, which live as long as the binder.
  Symbols* add_symbols(Symbols* parent, FunctionScope* function);
  FunctionScope* add_function(FunctionScope* outer);

  // Returns the place of a name that `scope` can see.
  Variable variable(const std::string& name, const Scope& scope);
  FrameCode frame(const Scope& scope);

  // The names that are looked up in the context, in the order of Render::globals.
  const std::vector<std::string>& globals() const { return globals_; }

  [[noreturn]] void fail_at(uint32_t line, const std::string& message) const;

 private:
  Variable place(const std::string& name, int level, const Symbols& owner, const Scope& scope);
  uint16_t global_index(const std::string& name);

  std::string template_name_;
  std::deque<Symbols> symbols_;
  std::deque<FunctionScope> functions_;
  std::vector<std::string> globals_;
};

// Returns the error of a template that cannot be parsed.
Error syntax_error(const std::string& template_name, uint32_t line, const std::string& message);

}  // namespace hone::text::jinja
