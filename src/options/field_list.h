// The options of a struct. The struct's fields(self, visitor) fills the list, which is the visitor. The list points
// into the struct: it must not outlive the struct, and the struct must not move.
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
  // Sets the heading in --help of the options that follow.
  void group(std::string heading) { group_ = std::move(heading); }

  template <typename T>
  FieldBuilder operator()(std::string name, T& value, std::string doc) {
    static_assert(std::is_constructible_v<Target, T*>,
                  "an option cannot have this type: see Target in options/field.h");
    return FieldBuilder(add(std::move(name), &value, std::move(doc)));
  }

  // Adds an option that the user gives without its name; its flag works as well. A list takes all remaining arguments.
  template <typename T>
  FieldBuilder positional(std::string name, T& value, std::string doc) {
    Field& field = add(std::move(name), &value, std::move(doc));
    field.is_positional = true;
    return FieldBuilder(field);
  }

  // Returns the fields in the order of their declaration.
  const std::deque<Field>& fields() const { return fields_; }

  // Returns the field of this name or alias, or null. `name` may have hyphens instead of underscores.
  const Field* find(std::string_view name) const;

  // Returns the meaning of an old spelling in this list, or nullopt if `name` is not an old spelling.
  std::optional<OldOption> find_old(std::string_view name) const;

  // Returns "did you mean ...?" for a name that is not in the list, or an empty text. `flags`: suggest flags instead of
  // keys.
  std::string suggestion(std::string_view name, bool flags) const;

 private:
  Field& add(std::string name, Target target, std::string doc);

  std::deque<Field> fields_;  // a deque: references stay valid while the list grows
  std::string group_;
};

// Returns "learning_rate" for "learning-rate".
std::string key_of(std::string_view name);

template <typename Options>
FieldList fields_of(Options& options) {
  FieldList list;
  Options::fields(options, list);
  return list;
}

}  // namespace hone::options
