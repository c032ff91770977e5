#include "watch/run_list.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::watch;

namespace fs = std::filesystem;

namespace {

std::vector<std::string> ids(RunList& runs) {
  std::vector<std::string> found;
  for (const RunFolder& run : runs.list()) found.push_back(run.id);
  return found;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a folder of a run is a run; another holds runs, which come and go") {
  const TemporaryFolder folder;
  folder.write("one/run.json", "{}");
  folder.write("many/b/run.json", "{}");
  folder.write("many/a/trainer_state.json", "{}");
  folder.write("many/c/checkpoint-5/trainer_state.json", "{}");
  folder.write("many/none/notes.txt", "");
  folder.write("many/d.hone-tmp-1-0/run.json", "{}");
  const std::string one = folder.path() / "one", many = folder.path() / "many";
  RunList runs({one, many, one + "/../one"});
  CHECK(ids(runs) == Names{"one", "a", "b", "c"});
  CHECK(runs.find("b")->path == fs::canonical(many) / "b");
  CHECK(runs.find("b")->name == "b");
  CHECK_FALSE(runs.find("none").has_value());
  CHECK_FALSE(runs.find("../one").has_value());
  folder.write("many/none/run.json", "{}");
  fs::remove_all(folder.path() / "many" / "a");
  CHECK(ids(runs) == Names{"one", "b", "c", "none"});
}

TEST_CASE("an empty folder becomes a run when one begins in it") {
  const TemporaryFolder folder;
  RunList runs({folder.path()});
  CHECK(runs.list().empty());
  folder.write("run.json", "{}");
  CHECK(runs.list().size() == 1);
}

TEST_CASE("ids hold only letters that a path of a request may have, and are never the same for two runs") {
  const TemporaryFolder folder;
  for (const char* name : {"x/my run+1", "y/my run+1", "z/\xE7\x94\xB5", "z/.."}) {
    if (std::string(name) != "z/..") folder.write(std::string(name) + "/run.json", "{}");
  }
  const Names arguments = {folder.path() / "x", folder.path() / "y", folder.path() / "z"};
  RunList runs(arguments), again(arguments);
  const Names found = ids(runs);
  REQUIRE(found.size() == 3);
  CHECK(found[0] == "my-run-1");
  CHECK(found[1].starts_with("my-run-1-"));
  CHECK(found[1].size() == std::string("my-run-1-").size() + 8);
  CHECK(found[2] == "run---");
  CHECK(ids(again) == found);
  CHECK(ids(runs) == found);
}

TEST_CASE("a folder that is not there is an error that says what to give") {
  const Error error = expect_error([] { RunList runs({"/no/such/folder"}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "there is no folder /no/such/folder"));
  CHECK(contains(error.hint(), "output_dir"));
}
