// Older spellings of options, also from Hugging Face's scripts. hone will always accept them, and logs a note of one
// line.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hone::options {

struct OldOption {
  std::string_view name;      // the old spelling, with underscores
  std::string_view current;   // the option that it sets; if `ignored`: commands with this option accept the old one
  std::string_view value;     // a switch sets `current` to this value; empty: the user's value is used
  std::string_view ignored;   // if not empty: the option has no effect, for this reason
  bool is_switch = false;     // has no value on the command line
  std::string_view why = {};  // an explanation of `value`, if its name needs one

  // Returns ": WHY", or an empty text if there is no explanation.
  std::string remark() const { return why.empty() ? "" : ": " + std::string(why); }
};

std::span<const OldOption> old_options();

}  // namespace hone::options
