// Compiled into both the program and the library: an exception does not cross from one to the other.
#include "cli/report.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <new>

#include "base/error.h"
#include "base/progress.h"

namespace hone::cli {

namespace {

constexpr const char* kLessMemory =
    "use a smaller --per-device-train-batch-size, --per-device-eval-batch-size or --max-seq-length, or a smaller model";

int report(int code, std::string_view message, std::string_view hint) {
  const ProgressPause pause;
  std::fflush(stdout);
  std::string text = fmt::format("error: {}\n", printable(message));
  if (!hint.empty()) text += fmt::format("hint: {}\n", printable(hint));
  std::fwrite(text.data(), 1, text.size(), stderr);
  return code;
}

// libtorch reports a failed allocation as an error like any other, with its own call stack after the message.
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

std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace hone::cli
