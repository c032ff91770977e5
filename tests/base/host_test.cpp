#include "base/host.h"

#include <doctest/doctest.h>
#include <sys/utsname.h>

#include <ctime>

using namespace hone;

TEST_CASE("the host's name is that of uname") {
  utsname names{};
  REQUIRE(uname(&names) == 0);
  CHECK(host_name() == names.nodename);
}

TEST_CASE("the boot id does not change between calls") {
  CHECK(boot_id() == boot_id());
  CHECK(boot_id().find('\n') == std::string::npos);
}

TEST_CASE("the clock counts seconds since 1970") {
  const auto before = static_cast<double>(std::time(nullptr));
  const double now = unix_seconds();
  CHECK(now >= before);
  CHECK(now < before + 60);
  CHECK(unix_seconds() >= now);
}
