#include "base/shell.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/files.h"
#include "temporary_folder.h"

namespace shell_test {

using namespace hone;

TEST_CASE("an argument is quoted so that a shell passes it on unchanged") {
  const TemporaryFolder folder;
  for (const std::string text : {"plain", "--x=1", "", "with space", "it's", "$HOME `ls` \"a\"", "a\nb", "*", "~", "#c",
                                 "\xE7\x94\xB5", "a;b", "\\"}) {
    CAPTURE(text);
    const auto out = folder.path() / "out";
    const std::string command = "printf %s " + shell_argument(text) + " > '" + out.string() + "'";
    CHECK(std::system(command.c_str()) == 0);
    CHECK(read_file(out) == text);
  }
  CHECK(shell_argument("plain/path_1-2.csv") == "plain/path_1-2.csv");
  CHECK(shell_argument("my data.csv") == "'my data.csv'");
  CHECK(shell_argument("it's") == "'it'\\''s'");
  CHECK(shell_argument("") == "''");
  CHECK(shell_argument("\xE7\x94\xB5.csv") == "\xE7\x94\xB5.csv");
}

}  // namespace shell_test
