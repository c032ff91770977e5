// The one error type of hone: what went wrong, where, with which value, and what to do about it.
// Thrown for what ends an operation; only cli/main.cpp and serve catch it.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace hone {

enum class ErrorKind {
  kUsage,        // a flag or an option is wrong (exit code 2)
  kInput,        // a file's content is wrong
  kIo,           // the system refused: missing file, no permission, full disk
  kUnsupported,  // understood, but not something hone does
  kInternal,     // a bug in hone (exit code 70)
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, std::string hint = "")
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  // What the user can do; empty where the message says it all.
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

// The process's exit code for an error that ends the program.
int exit_code(ErrorKind kind);

// The text of the errno value, as "No space left on device".
std::string system_message(int error_number);

// For what can only be a mistake in hone itself.
inline void check_internal(bool holds, const char* what) {
  if (!holds) {
    throw Error(ErrorKind::kInternal, fmt::format("internal error: {}", what), "please report this as a bug");
  }
}

}  // namespace hone
