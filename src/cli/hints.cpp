#include "cli/hints.h"

#include <algorithm>

#include "base/names.h"
#include "cli/commands.h"

namespace hone::cli {

namespace {

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

bool accepts(const Command& command, std::string_view name) {
  if (name == "help" || name == "config") return true;
  bool found = false;
  command.with_fields([&](const options::FieldList& list) {
    const options::Field* negated = name.starts_with("no-") ? list.find(name.substr(3)) : nullptr;
    found = list.find(name) != nullptr || (negated != nullptr && options::has_negation(*negated));
  });
  return found;
}

// Returns the last command that `text` names as "hone COMMAND", or `otherwise`. `text` is the part of a hint before an
// option.
const Command& named_command(std::string_view text, const Command& otherwise) {
  const Command* found = &otherwise;
  size_t last = 0;
  for (const Command& command : kCommands) {
    const size_t at = text.rfind(full_name(command) + " ");
    if (at != std::string_view::npos && at >= last) found = &command;
    if (at != std::string_view::npos) last = std::max(last, at);
  }
  return *found;
}

bool is_accepted(const Command& command, std::string_view clause) {
  for (size_t at = clause.find("--"); at != std::string_view::npos; at = clause.find("--", at + 2)) {
    const auto begin = clause.begin() + static_cast<std::ptrdiff_t>(at) + 2;
    const std::string_view name(begin, std::find_if_not(begin, clause.end(), is_name_character));
    if (!name.empty() && !accepts(named_command(clause.substr(0, at), command), name)) return false;
  }
  return true;
}

}  // namespace

std::string accepted_hint(std::string_view name, std::string_view hint) {
  const Command& command = find_row(kCommands, "command", name);
  constexpr std::string_view kBetween = "; ";
  std::string accepted;
  for (size_t begin = 0; begin <= hint.size();) {
    const size_t end = std::min(hint.find(kBetween, begin), hint.size());
    const std::string_view clause = hint.substr(begin, end - begin);
    if (is_accepted(command, clause)) {
      if (!accepted.empty()) accepted += kBetween;
      accepted += clause;
    }
    begin = end + kBetween.size();
  }
  return accepted;
}

}  // namespace hone::cli
