#include "http/api_keys.h"

#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::http;

TEST_CASE("a key is accepted only as a bearer token") {
  const std::vector<std::string> list = {"first-key", "second"};
  const ApiKeys keys(list);
  CHECK(keys.accept("Bearer first-key"));
  CHECK(keys.accept("bearer second"));
  CHECK(keys.accept("Bearer  second "));
  for (const char* wrong : {"", "Bearer", "Bearer ", "first-key", "Basic first-key", "Bearer first-key2",
                            "Bearer first-ke", "Bearer FIRST-KEY", "Bearer first-key second"}) {
    CAPTURE(wrong);
    CHECK_FALSE(keys.accept(wrong));
  }
}

TEST_CASE("without keys no token is accepted") {
  CHECK(ApiKeys().empty());
  CHECK_FALSE(ApiKeys().accept("Bearer "));
}

TEST_CASE("a key file has one key per line, and comments") {
  const TemporaryFolder folder;
  const auto path = folder.write("keys", "# of the team\n\n  alpha \r\nbeta");
  std::filesystem::permissions(path, std::filesystem::perms::owner_read);
  const ApiKeys keys = ApiKeys::read(path);
  CHECK(keys.accept("Bearer alpha"));
  CHECK(keys.accept("Bearer beta"));
  CHECK_FALSE(keys.accept("Bearer # of the team"));
}

TEST_CASE("a key file causes a warning if every user of the machine can read it") {
  const TemporaryFolder folder;
  const auto path = folder.write("keys", "alpha\n");
  using std::filesystem::perms;
  std::filesystem::permissions(path, perms::owner_read | perms::others_read);
  CHECK(contains(captured_log([&] { ApiKeys::read(path); }),
                 "every user of this machine can read the keys; prevent this with: chmod 600"));
  std::filesystem::permissions(path, perms::owner_read | perms::owner_write);
  CHECK(captured_log([&] { ApiKeys::read(path); }).empty());
}

TEST_CASE(
    "a key file without keys is an error, and so is a key that no header can carry; the error names file and line") {
  const TemporaryFolder folder;
  const Error none = expect_error([&] { ApiKeys::read(folder.write("none", "# nothing\n\n")); });
  CHECK(none.kind() == ErrorKind::kInput);
  CHECK(contains(none.what(), "none: holds no key"));
  CHECK(contains(none.hint(), "one key per line"));
  const Error spaced = expect_error([&] { ApiKeys::read(folder.write("spaced", "good\nnot good\n")); });
  CHECK(contains(spaced.what(), "spaced:2: this key cannot be sent"));
  CHECK_FALSE(contains(spaced.what(), "not good"));  // the message does not reveal the key
  CHECK(expect_error([&] { ApiKeys::read(folder.path() / "absent"); }).kind() == ErrorKind::kIo);
}
