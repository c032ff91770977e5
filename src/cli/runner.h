// What the tables of commands of hone's libraries share.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "cli/commands.h"

namespace hone::cli {

struct Runner {
  std::string_view name;
  const void* options_type;
  int (*run)(const void* parsed);
};

template <typename Options, int (*run)(const options::Parsed<Options>&)>
constexpr Runner runner(std::string_view name) {
  return {name, &kOptionsType<Options>,
          [](const void* parsed) { return run(*static_cast<const options::Parsed<Options>*>(parsed)); }};
}

// Returns whether every command of the library has one runner with the same type of options, and there are no other
// runners.
consteval bool are_runners_of(Library library, std::span<const Runner> runners) {
  size_t matched = 0;
  for (const Command& command : kCommands) {
    if ((command.libraries & library) == 0) continue;
    const auto same = [&](const Runner& row) {
      return row.name == command.name && row.options_type == command.options_type;
    };
    if (std::count_if(runners.begin(), runners.end(), same) != 1) return false;
    ++matched;
  }
  return matched == runners.size();
}

}  // namespace hone::cli
