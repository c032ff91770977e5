#include "cli/report.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <new>

#include "base/error.h"
#include "base/files.h"
#include "temporary_folder.h"

namespace report_test {

using namespace hone;

struct Reported {
  int exit_code;
  std::string text;
};

// Runs report_errors(body); returns the exit code and what it wrote to standard error.
Reported reported(const std::function<int()>& body) {
  const TemporaryFolder folder;
  const std::string path = folder.write("error", "").string();
  const int saved = dup(STDERR_FILENO), file = open(path.c_str(), O_WRONLY);
  dup2(file, STDERR_FILENO);
  const int code = cli::report_errors(body);
  std::fflush(stderr);
  dup2(saved, STDERR_FILENO);
  close(saved);
  close(file);
  return {code, read_file(path)};
}

template <typename Exception>
Reported reported_throw(const Exception& exception) {
  return reported([&]() -> int { throw exception; });
}

TEST_CASE("without an error the body's exit code is returned, and nothing is printed") {
  const Reported result = reported([] { return 130; });
  CHECK(result.exit_code == 130);
  CHECK(result.text.empty());
}

TEST_CASE("for hone's errors message and hint are printed, and the kind decides the exit code") {
  const Reported usage = reported_throw(Error(ErrorKind::kUsage, "wrong", "do right"));
  CHECK(usage.exit_code == 2);
  CHECK(usage.text == "error: wrong\nhint: do right\n");
  CHECK(reported_throw(Error(ErrorKind::kInput, "x")).text == "error: x\n");
  CHECK(reported_throw(Error(ErrorKind::kInput, "x")).exit_code == 1);
  CHECK(reported_throw(Error(ErrorKind::kIo, "x")).exit_code == 1);
  CHECK(reported_throw(Error(ErrorKind::kUnsupported, "x")).exit_code == 1);
  CHECK(reported_throw(Error(ErrorKind::kInternal, "x")).exit_code == 70);
}

TEST_CASE("the error for too little memory says what to reduce") {
  for (const Reported& result : {reported_throw(std::bad_alloc()),
                                 reported_throw(std::runtime_error("DefaultCPUAllocator: can't allocate memory"))}) {
    CHECK(result.exit_code == 1);
    CHECK(result.text.starts_with("error: not enough memory"));
    CHECK(result.text.find("hint: use a smaller model, shorter texts or a smaller batch") != std::string::npos);
  }
}

TEST_CASE("any other exception is reported as a bug, without libtorch's call stack") {
  const Reported result = reported_throw(std::runtime_error("odd shape\nException raised from mm at x.cpp:1\n#0 ..."));
  CHECK(result.exit_code == 70);
  CHECK(result.text.starts_with("error: internal error: odd shape\nhint: please report this as a bug"));
  CHECK(reported_throw(7).exit_code == 70);
}

TEST_CASE("the message for a file system error names the path") {
  const Reported result = reported([] {
    std::filesystem::create_directory("/proc/no/such");
    return 0;
  });
  CHECK(result.exit_code == 1);
  CHECK(result.text == "error: /proc/no/such: No such file or directory\n");
}

}  // namespace report_test
