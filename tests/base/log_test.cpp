#include "base/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/files.h"
#include "temporary_folder.h"

using namespace hone;

TEST_CASE("messages go to standard error with their prefix; those below the log level are not written") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "stderr";
  const int saved = dup(STDERR_FILENO);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  dup2(file, STDERR_FILENO);
  log_info("{} rows", 3);
  log_info("text \x1b[2J");
  log_warning("label {} is missing", "x");
  CHECK(set_log_level(LogLevel::kError) == LogLevel::kInfo);
  log_warning("not shown");
  log_error("shown");
  CHECK(set_log_level(LogLevel::kInfo) == LogLevel::kError);
  dup2(saved, STDERR_FILENO);
  close(file);
  close(saved);
  CHECK(read_file(path) == "3 rows\ntext \\x1b[2J\nwarning: label x is missing\nerror: shown\n");
}
