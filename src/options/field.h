// One option: its names, its place in memory and what it may hold. A command's options are a struct with one static
// fields(self, visitor); flags, --help, config files, JSON and docs/options.md are all made from the fields it lists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hone::options {

// Where an option's value lives, by the types that an option can have.
using Target =
    std::variant<std::string*, int64_t*, uint64_t*, double*, bool*, std::filesystem::path*, std::vector<std::string>*,
                 std::optional<std::string>*, std::optional<int64_t>*, std::optional<uint64_t>*, std::optional<double>*,
                 std::optional<bool>*, std::optional<std::filesystem::path>*>;

struct Field {
  std::string name;  // snake_case: the key in config files; "learning_rate" is --learning-rate on the command line
  std::string doc;   // one line, without a full stop
  std::string group;
  Target target;
  std::vector<std::string> aliases;                              // other names, shown in the help
  std::vector<std::string> old_names;                            // taken with a note, not shown
  std::vector<std::string> choices;                              // empty: any
  std::vector<std::pair<std::string, std::string>> old_choices;  // values of old, and what they are now
  std::optional<double> minimum, maximum;
  bool minimum_excluded = false;  // the value must be above `minimum`
  bool is_required = false;
  bool is_positional = false;
  bool is_split = true;            // a list: "a,b" is two items
  bool is_free_to_change = false;  // a resumed run computes the same if it has another value
  bool is_structured = false;      // text: a list or a mapping in a config file is handed over as JSON text
  std::string value_name;          // what --help calls the value; empty: by type
  std::string default_text;        // what --help says for an unset default, as "half of the cores"
};

// Adds to a field what its declaration says after the name: visit("seed", self.seed, "...").at_least(0).
class FieldBuilder {
 public:
  explicit FieldBuilder(Field& field) : field_(field) {}

  FieldBuilder& required();
  FieldBuilder& alias(std::string name);
  FieldBuilder& old_name(std::string name);
  FieldBuilder& value_name(std::string name);
  FieldBuilder& default_text(std::string text);
  FieldBuilder& at_least(double minimum);
  FieldBuilder& at_most(double maximum);
  FieldBuilder& above(double minimum);
  FieldBuilder& in_range(double minimum, double maximum);
  FieldBuilder& choices(std::vector<std::string> names);
  // `old` is taken for `current`, which must be one of the choices.
  FieldBuilder& old_choice(std::string old, std::string current);
  // For lists: a comma does not split; each flag and each item of a YAML list is one value.
  FieldBuilder& not_split();
  // For text: a config file may give a list or a mapping, which arrives as JSON text.
  FieldBuilder& structured();
  // A resumed run computes the same if its value differs from the first run's.
  FieldBuilder& free_to_change();

 private:
  Field& field_;
};

bool is_boolean(const Field& field);
bool is_list(const Field& field);
// True for std::optional targets, which may be null in a config file.
bool is_optional(const Field& field);

// "--learning-rate" for "learning_rate".
std::string flag_of(std::string_view name);

// What the field takes, as "a number from 0 to 1" or "one of linear, cosine".
std::string expectation(const Field& field);

// What --help calls the field's value: "DIR", "N", "NUMBER"; empty for a boolean.
std::string value_name_of(const Field& field);

}  // namespace hone::options
