// The builder methods of a field, and the texts that describe a field to people.
#include "options/field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <type_traits>

#include "base/error.h"

namespace hone::options {

namespace {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

// A description of the values of a type ("a whole number"), and their name in --help.
struct TypeText {
  const char* expected;
  const char* value_name;
};

TypeText type_text(const std::string*) { return {"text", "TEXT"}; }
TypeText type_text(const int64_t*) { return {"a whole number", "N"}; }
TypeText type_text(const uint64_t*) { return {"a whole number, 0 or more", "N"}; }
TypeText type_text(const double*) { return {"a number", "X"}; }
TypeText type_text(const bool*) { return {"true or false", ""}; }
TypeText type_text(const std::filesystem::path*) { return {"a path", "PATH"}; }
TypeText type_text(const std::vector<std::string>*) { return {"a list (a,b,c)", "LIST"}; }
template <typename T>
TypeText type_text(const std::optional<T>*) {
  return type_text(static_cast<const T*>(nullptr));
}

TypeText type_text(const Field& field) {
  return std::visit([](auto* target) { return type_text(target); }, field.target);
}

std::string range_text(const Field& field) {
  if (field.minimum && field.minimum_excluded) {
    return fmt::format(" above {}", *field.minimum) +
           (field.maximum ? fmt::format(" and at most {}", *field.maximum) : "");
  }
  if (field.minimum && field.maximum) return fmt::format(" from {} to {}", *field.minimum, *field.maximum);
  if (field.minimum) return fmt::format(" of at least {}", *field.minimum);
  if (field.maximum) return fmt::format(" of at most {}", *field.maximum);
  return "";
}

}  // namespace

FieldBuilder& FieldBuilder::required() {
  field_.is_required = true;
  return *this;
}

FieldBuilder& FieldBuilder::alias(std::string name) {
  field_.aliases.push_back(std::move(name));
  return *this;
}

FieldBuilder& FieldBuilder::old_name(std::string name) {
  field_.old_names.push_back(std::move(name));
  return *this;
}

FieldBuilder& FieldBuilder::value_name(std::string name) {
  field_.value_name = std::move(name);
  return *this;
}

FieldBuilder& FieldBuilder::default_text(std::string text) {
  field_.default_text = std::move(text);
  return *this;
}

FieldBuilder& FieldBuilder::at_least(double minimum) {
  field_.minimum = minimum;
  return *this;
}

FieldBuilder& FieldBuilder::at_most(double maximum) {
  field_.maximum = maximum;
  return *this;
}

FieldBuilder& FieldBuilder::above(double minimum) {
  field_.minimum = minimum;
  field_.minimum_excluded = true;
  return *this;
}

FieldBuilder& FieldBuilder::in_range(double minimum, double maximum) { return at_least(minimum).at_most(maximum); }

FieldBuilder& FieldBuilder::choices(std::vector<std::string> names) {
  field_.choices = std::move(names);
  return *this;
}

FieldBuilder& FieldBuilder::old_choice(std::string old, std::string current) {
  const bool known = std::find(field_.choices.begin(), field_.choices.end(), current) != field_.choices.end();
  check_internal(known, "an old choice stands for one of the choices");
  field_.old_choices.emplace_back(std::move(old), std::move(current));
  return *this;
}

FieldBuilder& FieldBuilder::not_split() {
  field_.is_split = false;
  return *this;
}

FieldBuilder& FieldBuilder::paths() {
  field_.holds_paths = true;
  return *this;
}

FieldBuilder& FieldBuilder::structured() {
  field_.is_structured = true;
  return *this;
}

FieldBuilder& FieldBuilder::config_file() {
  field_.is_config = true;
  return *this;
}

FieldBuilder& FieldBuilder::free_to_change() {
  field_.is_free_to_change = true;
  return *this;
}

bool is_boolean(const Field& field) {
  return std::holds_alternative<bool*>(field.target) || std::holds_alternative<std::optional<bool>*>(field.target);
}

bool has_negation(const Field& field) { return is_boolean(field) && !field.name.starts_with("no_"); }

bool is_list(const Field& field) { return std::holds_alternative<std::vector<std::string>*>(field.target); }

bool is_number(const Field& field) {
  return std::visit(
      [](auto* target) {
        using Value = std::remove_pointer_t<decltype(target)>;
        return std::is_constructible_v<std::optional<double>, Value> && !std::is_same_v<Value, bool> &&
               !std::is_same_v<Value, std::optional<bool>>;
      },
      field.target);
}

bool is_optional(const Field& field) {
  return std::visit([](auto* target) { return IsOptional<std::remove_pointer_t<decltype(target)>>::value; },
                    field.target);
}

std::string flag_of(std::string_view name) {
  std::string flag = "--" + std::string(name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string expectation(const Field& field) {
  if (!field.choices.empty()) {
    const std::string names = fmt::format("{}", fmt::join(field.choices, ", "));
    return is_list(field) ? "a list of any of " + names : "one of " + names;
  }
  const std::string range = range_text(field);
  const bool is_unsigned =
      std::holds_alternative<uint64_t*>(field.target) || std::holds_alternative<std::optional<uint64_t>*>(field.target);
  if (is_unsigned && !range.empty()) return "a whole number" + range;
  return type_text(field).expected + range;
}

std::string value_name_of(const Field& field) {
  return field.value_name.empty() ? type_text(field).value_name : field.value_name;
}

}  // namespace hone::options
