// Exit codes and system messages.
#include "base/error.h"

#include <system_error>

namespace hone {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kInternal:
      return 70;
    default:
      return 1;
  }
}

std::string system_message(int error_number) { return std::generic_category().message(error_number); }

}  // namespace hone
