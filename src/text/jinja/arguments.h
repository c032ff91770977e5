// The arguments of a call, and how they are bound to the parameters of a function, as Python binds them.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "text/jinja/render.h"

namespace hone::text::jinja {

struct Keyword {
  std::string_view name;
  Value value;
};

struct Arguments {
  std::span<const Value> positional;
  std::span<const Keyword> keywords;

  const Value* find(std::string_view name) const;
};

// Parameters of a built-in function: names with spaces between them. The first `required` ones have no default.
// "*" stands for any arguments. A name that begins with "_" cannot be given by name.
struct Signature {
  std::string_view name;
  std::string_view parameters = {};
  uint8_t required = 0;
};

inline constexpr size_t kMaxParameters = 6;

// The values of the parameters in their order; kMissing for those that were not given.
class Bound {
 public:
  // Errors: Failure with Python's message for missing, unknown or too many arguments.
  Bound(const Signature& signature, const Arguments& arguments);

  const Value& operator[](size_t index) const { return values_[index]; }
  bool has(size_t index) const { return !values_[index].is_missing(); }
  // All arguments, for functions that take any.
  const Arguments& all() const { return arguments_; }

  bool is_true_at(size_t index, bool fallback = false) const { return has(index) ? is_true(values_[index]) : fallback; }
  int64_t integer_at(size_t index, int64_t fallback) const;
  // Returns the text, or `fallback` if the argument was not given or is None.
  std::string_view text_at(size_t index, std::string_view fallback) const;

 private:
  void bind_keyword(const Signature& signature, const Keyword& keyword);

  const Arguments& arguments_;
  std::array<Value, kMaxParameters> values_;
};

}  // namespace hone::text::jinja
