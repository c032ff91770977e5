// Writes notes and warnings for the user to standard error. Commands write their results to standard output.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace hone {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// Returns the level that was set before.
LogLevel set_log_level(LogLevel level);
void log_line(LogLevel level, std::string_view line);

template <typename... Args>
void log_info(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void log_warning(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kWarning, fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void log_error(fmt::format_string<Args...> format, Args&&... args) {
  log_line(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace hone
