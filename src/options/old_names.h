// Older spellings and those of Hugging Face's scripts. hone will always accept them, with a note of one line.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hone::options {

struct OldOption {
  std::string_view name;      // the old spelling, with underscores
  std::string_view current;   // the option that it sets; an `ignored` one is accepted where this option exists
  std::string_view value;     // a switch that sets `current` to this; empty: the value is used as it is
  std::string_view ignored;   // not empty: it has no effect, and this is the reason
  bool is_switch = false;     // given without a value on the command line
  std::string_view why = {};  // what `value` does, if its name does not say it

  // ": WHY", or nothing.
  std::string remark() const { return why.empty() ? "" : ": " + std::string(why); }
};

std::span<const OldOption> old_options();

}  // namespace hone::options
