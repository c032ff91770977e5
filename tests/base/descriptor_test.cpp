#include "base/descriptor.h"

#include <doctest/doctest.h>
#include <fcntl.h>

namespace descriptor_test {

using namespace hone;

int open_null() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_valid(int descriptor) { return fcntl(descriptor, F_GETFD) != -1; }

TEST_CASE("a descriptor is closed by its last owner, once") {
  const int raw = open_null();
  REQUIRE(is_valid(raw));
  {
    Descriptor first(raw);
    CHECK(first.is_open());
    Descriptor second(std::move(first));
    CHECK_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): the test checks the moved-from state
    CHECK(second.value() == raw);
    CHECK(is_valid(raw));
  }
  CHECK_FALSE(is_valid(raw));
}

TEST_CASE("close() reports the system's error, and does nothing the second time") {
  Descriptor descriptor(open_null());
  CHECK(descriptor.close() == 0);
  CHECK_FALSE(descriptor.is_open());
  CHECK(descriptor.close() == 0);
  CHECK(Descriptor(1 << 20).close() == -1);
  CHECK_FALSE(Descriptor().is_open());
}

}  // namespace descriptor_test
