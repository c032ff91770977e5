// Both the program and the library contain this file, so that no exception passes from one to the other.
#include "cli/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <new>

#include "base/error.h"
#include "base/progress.h"
#include "base/terminal.h"

namespace hone::cli {

namespace {

constexpr const char* kLessMemory = "use a smaller model, shorter texts or a smaller batch";

int report(int code, std::string_view message, std::string_view hint) {
  const ProgressPause pause;
  std::fflush(stdout);
  std::string text = message_lines(fmt::format("error: {}", message), STDERR_FILENO) + "\n";
  if (!hint.empty()) text += message_lines(fmt::format("hint: {}", hint), STDERR_FILENO) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
  return code;
}

// libtorch reports a failed allocation as an ordinary error, with a call stack after the message.
int report_unexpected(std::string_view message) {
  const bool no_memory = message.find("can't allocate memory") != std::string_view::npos ||
                         message.find("out of memory") != std::string_view::npos;
  message = message.substr(0, message.find("\nException raised from"));
  if (no_memory) return report(1, fmt::format("not enough memory: {}", message), kLessMemory);
  return report(exit_code(ErrorKind::kInternal), fmt::format("internal error: {}", message),
                "please report this as a bug, with the command and its input");
}

}  // namespace

int report_errors(const std::function<int()>& body) {
  try {
    return body();
  } catch (const Error& error) {
    return report(exit_code(error.kind()), error.what(), error.hint());
  } catch (const std::bad_alloc&) {
    return report(1, "not enough memory", kLessMemory);
  } catch (const std::filesystem::filesystem_error& error) {
    return report(1, fmt::format("{}: {}", error.path1().string(), error.code().message()), "");
  } catch (const std::exception& error) {
    return report_unexpected(error.what());
  } catch (...) {
    return report_unexpected("an exception of unknown type");
  }
}

}  // namespace hone::cli
