#include "watch/run_list.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

namespace run_list_test {

using namespace hone;
using namespace hone::watch;

namespace fs = std::filesystem;

std::vector<std::string> ids(RunList& runs) {
  std::vector<std::string> found;
  for (const RunFolder& run : runs.list()) found.push_back(run.id);
  return found;
}

std::vector<std::string> names(RunList& runs) {
  std::vector<std::string> found;
  for (const RunFolder& run : runs.list()) found.push_back(run.name);
  return found;
}

// Returns the run's id in a list of only this folder.
std::string id_alone(const fs::path& folder) { return RunList({folder.string()}).list().at(0).id; }

using Names = std::vector<std::string>;

TEST_CASE("a folder is either a run or contains runs, which appear and disappear") {
  const TemporaryFolder folder;
  folder.write("one/run.json", "{}");
  folder.write("many/b/run.json", "{}");
  folder.write("many/a/trainer_state.json", "{}");
  folder.write("many/c/checkpoint-5/trainer_state.json", "{}");
  folder.write("many/none/notes.txt", "");
  folder.write("many/d.hone-tmp-1-0/run.json", "{}");
  const std::string one = folder.path() / "one", many = folder.path() / "many";
  RunList runs({one, many, one + "/../one"});
  CHECK(names(runs) == Names{"one", "a", "b", "c"});
  const std::string b = ids(runs)[2];
  CHECK(runs.find(b)->path == fs::canonical(many) / "b");
  CHECK(runs.find(b)->name == "b");
  CHECK_FALSE(runs.find("b").has_value());
  CHECK_FALSE(runs.find("../one").has_value());
  folder.write("many/none/run.json", "{}");
  fs::remove_all(folder.path() / "many" / "a");
  CHECK(names(runs) == Names{"one", "b", "c", "none"});
}

TEST_CASE("an empty folder becomes a run when a run starts in it") {
  const TemporaryFolder folder;
  RunList runs({folder.path()});
  CHECK(runs.list().empty());
  folder.write("run.json", "{}");
  CHECK(runs.list().size() == 1);
}

TEST_CASE("ids consist of characters that are valid in a URL path, and are unique") {
  const TemporaryFolder folder;
  for (const char* name : {"x/my run+1", "y/my run+1", "z/\xE7\x94\xB5"}) {
    folder.write(std::string(name) + "/run.json", "{}");
  }
  RunList runs({folder.path() / "x", folder.path() / "y", folder.path() / "z"});
  const Names found = ids(runs);
  REQUIRE(found.size() == 3);
  CHECK(found[0].starts_with("my-run-1-"));
  CHECK(found[0].size() == std::string("my-run-1-").size() + 10);
  CHECK(found[1].starts_with("my-run-1-"));
  CHECK(found[1] != found[0]);
  CHECK(found[2].starts_with("run----"));
}

TEST_CASE("a run's id does not depend on other runs, their order, or the spelling of its path") {
  const TemporaryFolder folder;
  for (const char* name : {"x/out", "y/out"}) folder.write(std::string(name) + "/run.json", "{}");
  const std::string x = folder.path() / "x", y = folder.path() / "y";
  RunList first({x, y}), second({y, x});
  const Names found = ids(first);
  REQUIRE(found.size() == 2);
  CHECK(ids(second) == Names{found[1], found[0]});
  CHECK(id_alone(folder.path() / "x" / "out") == found[0]);
  CHECK(id_alone(folder.path() / "x" / ".." / "y" / "out") == found[1]);
  fs::remove_all(folder.path() / "x" / "out");
  CHECK(ids(first) == Names{found[1]});
  folder.write("x/out/run.json", "{}");
  CHECK(ids(first) == found);
}

TEST_CASE("a run is found by its id before it is listed, and not after it is removed") {
  const TemporaryFolder folder;
  folder.write("many/a/run.json", "{}");
  const fs::path many = folder.path() / "many";
  const std::string a = id_alone(many / "a");
  RunList runs({many.string()});
  CHECK(runs.find(a).has_value());
  folder.write("many/b/run.json", "{}");
  const std::string b = id_alone(many / "b");
  CHECK(runs.find(b)->path == fs::canonical(many / "b"));
  fs::rename(many / "b", many / "c");
  CHECK_FALSE(runs.find(b).has_value());
  fs::remove(many / "a" / "run.json");
  CHECK_FALSE(runs.find(a).has_value());
  folder.write("many/a/run.json", "{}");
  CHECK(runs.find(a).has_value());
}

TEST_CASE("a link to a run is that run as long as the link is valid") {
  const TemporaryFolder folder;
  folder.write("elsewhere/run.json", "{}");
  folder.write("other/run.json", "{}");
  fs::create_directory(folder.path() / "many");
  const fs::path link = folder.path() / "many" / "link";
  fs::create_directory_symlink(folder.path() / "elsewhere", link);
  RunList runs({folder.path() / "many"});
  const std::string id = id_alone(folder.path() / "elsewhere");
  CHECK(ids(runs) == Names{id});
  CHECK(runs.find(id)->name == "elsewhere");
  fs::remove(link);
  CHECK_FALSE(runs.find(id).has_value());
  fs::create_directory_symlink(folder.path() / "other", link);
  CHECK_FALSE(runs.find(id).has_value());
  CHECK(runs.find(id_alone(folder.path() / "other")).has_value());
}

TEST_CASE("a missing folder is an error with a hint") {
  const Error error = expect_error([] { RunList runs({"/no/such/folder"}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "there is no folder /no/such/folder"));
  CHECK(contains(error.hint(), "output_dir"));
}

}  // namespace run_list_test
