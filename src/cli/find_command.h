// Finds the command that a user names with one word, as in "hone train", or with two, as in "hone tokenizer train".
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace hone::cli {

struct Command;
struct CommandFamily;

struct NamedCommand {
  const Command* command = nullptr;       // null if only a family is named
  const CommandFamily* family = nullptr;  // set in that case
  size_t num_words = 0;                   // of the command's name
};

// `words` is not empty. Words behind the name are ignored. Errors (kUsage): no such command, with the nearest name.
NamedCommand find_command(std::span<const std::string> words);

// Returns the list of a family's commands.
std::string family_help(const CommandFamily& family);

}  // namespace hone::cli
