#include "base/files.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

namespace files_test {

using namespace hone;
namespace fs = std::filesystem;

size_t count_entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST_CASE("a file is written, read back and replaced as a whole") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a.txt";
  write_file(path, "one");
  write_file(path, "three");
  CHECK(read_file(path) == "three");
  CHECK(MappedFile(path).bytes() == "three");
  CHECK(count_entries(folder.path()) == 1);
}

TEST_CASE("released bytes of a mapped file are read again; bytes of elsewhere are left alone") {
  const TemporaryFolder folder;
  const std::string text(3 << 16, 'x'), other(1 << 16, 'y');
  const MappedFile mapped(folder.write("a", text));
  CHECK(mapped.bytes() == text);
  mapped.release(mapped.bytes().substr(5, 100'000));
  mapped.release(mapped.bytes());
  mapped.release(other);
  CHECK(mapped.bytes() == text);
  CHECK(other == std::string(1 << 16, 'y'));
}

TEST_CASE("without a commit the old file stays and no temporary file remains") {
  const TemporaryFolder folder;
  const fs::path path = folder.write("a.txt", "old");
  {
    AtomicFile file(path);
    file.write("half of the new");
  }
  CHECK(read_file(path) == "old");
  CHECK(count_entries(folder.path()) == 1);
}

TEST_CASE("a folder appears complete or not at all") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "deep" / "checkpoint-1";
  {
    AtomicFolder unfinished(path);
    write_file(unfinished.staging() / "weights", "x");
    CHECK(is_temporary_name(unfinished.staging().filename().string()));
  }
  CHECK(fs::is_empty(folder.path() / "deep"));
  AtomicFolder finished(path);
  make_folders(finished.staging() / "sub");
  write_file(finished.staging() / "sub" / "weights", "x");
  finished.commit();
  CHECK(read_file(path / "sub" / "weights") == "x");
  CHECK(count_entries(folder.path() / "deep") == 1);
}

TEST_CASE("a folder replaces an older one") {
  const TemporaryFolder folder;
  for (const char* content : {"old", "new"}) {
    AtomicFolder replaced(folder.path() / "checkpoint-1");
    write_file(replaced.staging() / content, content);
    replaced.commit();
  }
  CHECK(count_entries(folder.path()) == 1);
  CHECK(count_entries(folder.path() / "checkpoint-1") == 1);
  CHECK(read_file(folder.path() / "checkpoint-1" / "new") == "new");
}

TEST_CASE("a file grows by appending, from where it ended") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "log.jsonl";
  {
    AppendFile file(path);
    CHECK(read_file(path).empty());
    file.append("one\n");
    CHECK(read_file(path) == "one\n");
  }
  AppendFile file(path);
  file.append("");
  file.append("two\n");
  CHECK(read_file(path) == "one\ntwo\n");
}

TEST_CASE("the error for a file that cannot be appended to names its path") {
  const TemporaryFolder folder;
  const fs::path missing = folder.path() / "none" / "log";
  CHECK(std::string(expect_error([&] { AppendFile file(missing); }).what()) ==
        "cannot write " + missing.string() + ": No such file or directory");
  CHECK(contains(expect_error([&] { AppendFile file(folder.path()); }).what(), "Is a directory"));
  const Error full = expect_error([] { AppendFile("/dev/full").append("x"); });
  CHECK(full.kind() == ErrorKind::kIo);
  CHECK(std::string(full.what()) == "cannot write /dev/full: No space left on device");
  CHECK(full.hint() == "free some space and run again");
}

TEST_CASE("errors name the path and the system's reason") {
  const TemporaryFolder folder;
  const fs::path missing = folder.path() / "missing";
  CHECK(std::string(expect_error([&] { read_file(missing); }).what()) ==
        "cannot open " + missing.string() + ": No such file or directory");
  CHECK_THROWS_AS(MappedFile{missing}, Error);
  CHECK_THROWS_AS(write_file(missing / "a", "x"), Error);
  CHECK(contains(expect_error([&] { MappedFile mapped(folder.path()); }).what(), "is not a file"));
}

TEST_CASE("paths that a file contains cannot leave its folder") {
  CHECK(contained_path("models", "a/b.safetensors") == fs::path("models/a/b.safetensors"));
  CHECK_THROWS_AS(contained_path("models", "../secret"), Error);
  CHECK_THROWS_AS(contained_path("models", "a/../../secret"), Error);
  CHECK_THROWS_AS(contained_path("models", "/etc/passwd"), Error);
  CHECK_THROWS_AS(contained_path("models", ""), Error);
  CHECK_THROWS_AS(contained_path("models", std::string_view("a\0b", 3)), Error);
}

TEST_CASE("an empty file maps to no bytes") {
  const TemporaryFolder folder;
  CHECK(MappedFile(folder.write("empty", "")).bytes().empty());
}

TEST_CASE("a reader sees either the old or the new file, and no temporary file remains") {
  const TemporaryFolder folder;
  const auto path = folder.write("a", "old");
  replace_file(path, "new");
  CHECK(read_file(path) == "new");
  CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  CHECK(expect_error([&] { replace_file(folder.path() / "none" / "a", "x"); }).kind() == ErrorKind::kIo);
}

}  // namespace files_test
