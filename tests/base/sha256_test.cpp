#include "base/sha256.h"

#include <doctest/doctest.h>

#include "temporary_folder.h"

using namespace hone;

// FIPS 180-2, appendix B.1.
TEST_CASE("the digests are those of the standard's examples") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const TemporaryFolder folder;
  CHECK(sha256_file(folder.write("abc", "abc")) == sha256("abc"));
}
