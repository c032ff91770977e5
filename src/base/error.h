// The only error type of hone: what went wrong, where, with which value, and what to do about it. It ends an operation.
// cli/report.cpp prints it and chooses the exit code; serve turns it into a response; a run's reporter logs it as a
// warning.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace hone {

enum class ErrorKind {
  kUsage,        // a wrong option or combination of options (exit code 2)
  kInput,        // the content of a file is wrong
  kIo,           // the system refused: missing file, no permission, full disk
  kUnsupported,  // valid, but not supported by hone
  kInternal,     // a bug in hone (exit code 70)
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, std::string hint = "")
      : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  // What the user can do; empty if the message is enough.
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

// Returns the exit code of the program for an error of this kind.
int exit_code(ErrorKind kind);

// Returns the text of an errno value, such as "No space left on device".
std::string system_message(int error_number);

// Throws kInternal unless `holds`. Only a bug in hone can make it false.
inline void check_internal(bool holds, const char* what) {
  if (!holds) {
    throw Error(ErrorKind::kInternal, fmt::format("internal error: {}", what), "please report this as a bug");
  }
}

}  // namespace hone
