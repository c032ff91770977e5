// spdlog writes the lines. Information has no prefix; warnings and errors begin with "warning: " and "error: ".
#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>

#include "base/progress.h"
#include "base/terminal.h"

namespace hone {

namespace {

constexpr LogLevel kFirstLevel = LogLevel::kInfo;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    default:
      return spdlog::level::off;
  }
}

spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("hone", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("%v");
    made.set_level(spdlog_level(kFirstLevel));
    return made;
  }();
  return instance;
}

std::string_view prefix(LogLevel level) {
  if (level == LogLevel::kWarning) return "warning: ";
  if (level == LogLevel::kError) return "error: ";
  return "";
}

}  // namespace

LogLevel set_log_level(LogLevel level) {
  static std::atomic<LogLevel> current = kFirstLevel;
  const LogLevel former = current.exchange(level);
  logger().set_level(spdlog_level(level));
  return former;
}

void log_line(LogLevel level, std::string_view line) {
  const ProgressPause pause;
  logger().log(spdlog_level(level), "{}", message_lines(fmt::format("{}{}", prefix(level), line), STDERR_FILENO));
}

}  // namespace hone
