// Silences notes and warnings while a command uses trainings that are not the user's own.
#pragma once

#include "base/log.h"

namespace hone::cli {

// While it lives, only errors are logged.
class QuietLog {
 public:
  QuietLog() : former_(set_log_level(LogLevel::kError)) {}
  ~QuietLog() { set_log_level(former_); }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;

 private:
  LogLevel former_;
};

}  // namespace hone::cli
