#include "text/jinja/arguments.h"

#include <algorithm>

#include "text/jinja/operators.h"

namespace hone::text::jinja {

namespace {

// Returns the number of parameters.
size_t count_parameters(std::string_view names) {
  return names.empty() ? 0 : 1 + static_cast<size_t>(std::count(names.begin(), names.end(), ' '));
}

std::string_view parameter_name(std::string_view names, size_t index) {
  for (; index > 0; --index) names.remove_prefix(names.find(' ') + 1);
  return names.substr(0, names.find(' '));
}

std::string_view shown_name(std::string_view name) { return name.substr(name.starts_with('_') ? 1 : 0); }

}  // namespace

const Value* Arguments::find(std::string_view name) const {
  for (const Keyword& keyword : keywords) {
    if (keyword.name == name) return &keyword.value;
  }
  return nullptr;
}

Bound::Bound(const Signature& signature, const Arguments& arguments) : arguments_(arguments) {
  if (signature.parameters == "*") return;
  const size_t count = count_parameters(signature.parameters);
  if (arguments.positional.size() > count) {
    fail("{}() takes at most {} arguments ({} given)", signature.name, count, arguments.positional.size());
  }
  std::copy(arguments.positional.begin(), arguments.positional.end(), values_.begin());
  for (const Keyword& keyword : arguments.keywords) bind_keyword(signature, keyword);
  for (size_t i = 0; i < signature.required; ++i) {
    if (has(i)) continue;
    fail("{}() missing 1 required positional argument: '{}'", signature.name,
         shown_name(parameter_name(signature.parameters, i)));
  }
}

void Bound::bind_keyword(const Signature& signature, const Keyword& keyword) {
  for (size_t i = 0; i < count_parameters(signature.parameters); ++i) {
    const std::string_view name = parameter_name(signature.parameters, i);
    if (name != keyword.name || name.starts_with('_')) continue;
    if (has(i)) fail("{}() got multiple values for argument '{}'", signature.name, keyword.name);
    values_[i] = keyword.value;
    return;
  }
  fail("{}() got an unexpected keyword argument '{}'", signature.name, keyword.name);
}

int64_t Bound::integer_at(size_t index, int64_t fallback) const {
  return has(index) ? as_index(values_[index]) : fallback;
}

std::string_view Bound::text_at(size_t index, std::string_view fallback) const {
  const Value& value = values_[index];
  if (value.is_missing() || value.is(Kind::kNone)) return fallback;
  require_defined(value);
  if (!value.is_text()) fail("a text is needed, not {}", type_name(value));
  return value.bytes();
}

}  // namespace hone::text::jinja
