// The list of a struct's options, made by handing it to the struct's fields(self, visitor) as the visitor. It points
// into the struct: it must not outlive it, and the struct must not move.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "options/field.h"
#include "options/old_names.h"

namespace hone::options {

class FieldList {
 public:
  // The heading in --help for the options that follow.
  void group(std::string heading) { group_ = std::move(heading); }

  template <typename T>
  FieldBuilder operator()(std::string name, T& value, std::string doc) {
    static_assert(std::is_constructible_v<Target, T*>,
                  "an option cannot have this type: see Target in options/field.h");
    return FieldBuilder(add(std::move(name), &value, std::move(doc)));
  }

  // An option that is given without its name (its flag works as well). A list takes all arguments that are left.
  template <typename T>
  FieldBuilder positional(std::string name, T& value, std::string doc) {
    Field& field = add(std::move(name), &value, std::move(doc));
    field.is_positional = true;
    return FieldBuilder(field);
  }

  // In the order of their declaration.
  const std::deque<Field>& fields() const { return fields_; }

  // By name or alias, or null. `name` may have hyphens for underscores.
  const Field* find(std::string_view name) const;

  // What an old spelling stands for in this list, if it is one.
  std::optional<OldOption> find_old(std::string_view name) const;

  // "did you mean ...?" for a name that is not in the list, or an empty text. `flags`: as flags, not as keys.
  std::string suggestion(std::string_view name, bool flags) const;

 private:
  Field& add(std::string name, Target target, std::string doc);

  std::deque<Field> fields_;  // a deque: references stay good while the list grows
  std::string group_;
};

// "learning_rate" for "learning-rate".
std::string key_of(std::string_view name);

template <typename Options>
FieldList fields_of(Options& options) {
  FieldList list;
  Options::fields(options, list);
  return list;
}

}  // namespace hone::options
