// Spellings of other years and of Hugging Face's scripts that are taken for ever, with a one-line note.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace hone::options {

struct OldOption {
  std::string_view name;     // the old spelling, with underscores
  std::string_view current;  // the option it sets now; an `ignored` one is taken where this option exists
  std::string_view value;    // a switch that sets `current` to this; empty: the value is passed on
  std::string_view ignored;  // not empty: it has no effect, and this says why
  bool is_switch = false;    // given without a value on the command line
};

std::span<const OldOption> old_options();

}  // namespace hone::options
