// One option: its names, where its value is stored and which values it accepts. The options of a command are a struct
// with one static fields(self, visitor). The flags, --help, the keys of config files, the saved JSON and
// docs/options.md all come from these fields.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hone::options {

// Points to the value of an option. The alternatives are the types that an option can have.
using Target =
    std::variant<std::string*, int64_t*, uint64_t*, double*, bool*, std::filesystem::path*, std::vector<std::string>*,
                 std::optional<std::string>*, std::optional<int64_t>*, std::optional<uint64_t>*, std::optional<double>*,
                 std::optional<bool>*, std::optional<std::filesystem::path>*>;

struct Field {
  std::string name;  // snake_case: the key in config files; "learning_rate" is --learning-rate on the command line
  std::string doc;   // one line, without a full stop
  std::string group;
  Target target;
  std::vector<std::string> aliases;                              // other names, listed in the help
  std::vector<std::string> old_names;                            // accepted with a note, not listed in the help
  std::vector<std::string> choices;                              // empty: any
  std::vector<std::pair<std::string, std::string>> old_choices;  // (old value, current value)
  std::optional<double> minimum, maximum;
  bool minimum_excluded = false;  // the value must be above `minimum`
  bool is_required = false;
  bool is_positional = false;
  bool is_split = true;            // a list: "a,b" is two items
  bool holds_paths = false;        // "~/x" is x in the user's home folder
  bool is_free_to_change = false;  // a change does not affect what a resumed run computes
  bool is_config = false;          // its value is the config file, as that of --config
  bool is_structured = false;      // a text that a config file may give as a list or mapping; it is stored as JSON text
  std::string value_name;          // name of the value in --help; empty: by type
  std::string default_text;        // what --help shows for an unset default, such as "all cores"
};

// Adds the details of a declaration to its field: visit("seed", self.seed, "...").at_least(0).
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
  // Accepts `old` as another name of `current`, which must be one of the choices.
  FieldBuilder& old_choice(std::string old, std::string current);
  // For lists: commas do not separate items. Each flag and each item of a YAML list is one item.
  FieldBuilder& not_split();
  // For text and lists of text that name files: a leading "~/" is expanded. Fields of a path type do this anyway.
  FieldBuilder& paths();
  // For text: a config file may give a list or a mapping, which is stored as JSON text.
  FieldBuilder& structured();
  // For a positional path: it names the config file.
  FieldBuilder& config_file();
  // Declares that a change of the value does not affect what a resumed run computes.
  FieldBuilder& free_to_change();

 private:
  Field& field_;
};

bool is_boolean(const Field& field);
// Returns true if --no-NAME sets the boolean to false. A boolean whose name begins with "no_" has no such flag.
bool has_negation(const Field& field);
bool is_list(const Field& field);
bool is_number(const Field& field);
// Returns true for std::optional targets, which may be null in a config file.
bool is_optional(const Field& field);

// Returns "--learning-rate" for "learning_rate".
std::string flag_of(std::string_view name);

// Returns a description of the accepted values, such as "a number from 0 to 1" or "one of linear, cosine".
std::string expectation(const Field& field);

// Returns the name of the value in --help: "DIR", "N", "X"; empty for a boolean.
std::string value_name_of(const Field& field);

}  // namespace hone::options
