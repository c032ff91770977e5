#include "base/quiet_log.h"

#include <doctest/doctest.h>

#include "captured_log.h"

namespace quiet_log_test {

using namespace hone;

void log_one_of_each() {
  log_info("a note");
  log_warning("a warning");
  log_error("an error");
}

TEST_CASE("while one lives, only lines of its level are logged") {
  const std::string log = captured_log([] {
    {
      const QuietLog quiet;
      log_one_of_each();
    }
    {
      const QuietLog quiet(LogLevel::kWarning);
      log_one_of_each();
    }
    log_one_of_each();
  });
  CHECK(log ==
        "error: an error\n"
        "warning: a warning\nerror: an error\n"
        "a note\nwarning: a warning\nerror: an error\n");
}

TEST_CASE("an inner one does not make the log louder, and leaves the level as it was") {
  const std::string log = captured_log([] {
    const QuietLog quiet;
    {
      const QuietLog inner(LogLevel::kWarning);
      log_one_of_each();
    }
    log_one_of_each();
  });
  CHECK(log == "error: an error\nerror: an error\n");
}

}  // namespace quiet_log_test
