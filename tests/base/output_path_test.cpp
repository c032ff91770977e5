#include "base/output_path.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
namespace fs = std::filesystem;

TEST_CASE("an output that is the input file is refused, also through another spelling or a link") {
  const TemporaryFolder folder;
  const fs::path input = folder.write("rows.csv", "text\na\n");
  fs::create_symlink(input, folder.path() / "symlink.csv");
  fs::create_hard_link(input, folder.path() / "hardlink.csv");
  fs::create_directory(folder.path() / "sub");
  for (const fs::path& same : {input, folder.path() / "." / "rows.csv", folder.path() / "sub" / ".." / "rows.csv",
                               folder.path() / "symlink.csv", folder.path() / "hardlink.csv"}) {
    CAPTURE(same.string());
    const Error error = expect_error([&] { check_is_not_input(same, "--output", input, "--file"); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(contains(error.what(), "--output " + same.string() + " and --file " + input.string() + " are the same file"));
    CHECK(error.hint() == "give --output another name");
  }
  folder.write("other.csv", "text\na\n");
  CHECK_NOTHROW(check_is_not_input(folder.path() / "other.csv", "--output", input, "--file"));
  CHECK_NOTHROW(check_is_not_input(folder.path() / "new.csv", "--output", input, "--file"));
  CHECK_NOTHROW(check_is_not_input("-", "--output", "-", "--file"));
}

TEST_CASE("an existing output is refused, unless it is empty or a stream") {
  const TemporaryFolder folder;
  const fs::path full = folder.write("full.jsonl", "{}\n"), empty = folder.write("empty.jsonl", "");
  const Error error = expect_error([&] { check_is_free(full, "--output"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "--output " + full.string() + " already exists");
  CHECK(error.hint() ==
        "give another name; --overwrite replaces it; --overwrite-output-dir replaces the run and its log");
  CHECK_NOTHROW(check_is_free(empty, "--output"));
  CHECK_NOTHROW(check_is_free(folder.path() / "new.jsonl", "--output"));
  CHECK_NOTHROW(check_is_free("/dev/null", "--output"));
  CHECK_NOTHROW(check_is_free("-", "--output"));
  CHECK(contains(expect_error([&] { check_is_free(folder.path(), "--output"); }).what(), "is a folder"));
}

TEST_CASE("a file of its own is not written to a stream") {
  const TemporaryFolder folder;
  for (const char* stream : {"-", "/dev/null"}) {
    const Error error = expect_error([&] { check_is_file(stream, "--html"); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(std::string(error.what()) == fmt::format("--html {} is not a file", stream));
    CHECK(error.hint() == "give --html the name of a file");
  }
  CHECK_NOTHROW(check_is_file(folder.path() / "new.html", "--html"));
}

TEST_CASE("-, pipes and devices are streams") {
  const TemporaryFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(is_stream("-"));
  CHECK(is_stream(pipe));
  CHECK(is_stream("/dev/null"));
  CHECK_FALSE(is_stream(folder.write("file", "")));
  CHECK_FALSE(is_stream(folder.path()));
  CHECK_FALSE(is_stream(folder.path() / "new"));
}
