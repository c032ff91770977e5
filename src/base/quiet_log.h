// Makes the log quieter for a while.
#pragma once

#include "base/log.h"

namespace hone {

// While one lives, only lines of at least this level are logged. Does not make a quieter log louder.
class QuietLog {
 public:
  explicit QuietLog(LogLevel level = LogLevel::kError) : former_(set_log_level(level)) {
    if (former_ > level) set_log_level(former_);
  }
  ~QuietLog() { set_log_level(former_); }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;

 private:
  LogLevel former_;
};

}  // namespace hone
