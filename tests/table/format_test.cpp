#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace format_test {

using namespace hone;
using namespace hone::table;

namespace {
const std::filesystem::path kFixtures = HONE_SOURCE_DIR "/tests/fixtures/table";
}

TEST_CASE("the extension decides, in upper or lower case, also before that of a compression") {
  const TemporaryFolder folder;
  CHECK(read_rows(folder.write("a.CSV", "text,n\na,1\n")).column_names().size() == 2);
  CHECK(read_rows(folder.write("a.txt", "text,n\na,1\n")).size() == 2);
  CHECK(read_rows(folder.write("a.tsv", "a,b\tc\n1\t2\n")).column_names()[0] == "a,b");
  CHECK(read_rows(folder.write("a.ndjson", "{\"a\": 1}\n")).size() == 1);
}

TEST_CASE("the content decides if there is no extension") {
  const TemporaryFolder folder;
  CHECK(read_rows(folder.write("parquet", read_file(kFixtures / "class_label.parquet"))).has_column("label"));
  CHECK(read_rows(folder.write("arrow", read_file(kFixtures / "types.arrow"))).has_column("int8"));
  CHECK(read_rows(folder.write("stream", read_file(kFixtures / "stream.arrow"))).has_column("int8"));
  CHECK(read_rows(folder.write("list", "\n [{\"a\": 1}]")).has_column("a"));
  CHECK(read_rows(folder.write("lines", "{\"a\": 1}\n{\"a\": 2}\n")).size() == 2);
  CHECK(read_rows(folder.write("tabs",
                               "\xEF\xBB\xBF"
                               "a\tb\n1\t2\n"))
            .has_column("b"));
  CHECK(read_rows(folder.write("commas", "a,b\n1,2\n")).has_column("b"));
  CHECK(read_rows(folder.write("text", "one\ntwo\n")).size() == 2);
}

TEST_CASE("other extensions, missing files and folders are errors") {
  const TemporaryFolder folder;
  const Error unknown = expect_error([&] { read_rows(folder.write("a.xlsx", "x")); });
  CHECK(unknown.kind() == ErrorKind::kUnsupported);
  CHECK(contains(unknown.what(), "a.xlsx: rows cannot be read from a .xlsx file"));
  CHECK(unknown.hint() ==
        "known: .parquet, .arrow, .jsonl, .ndjson, .json, .csv, .tsv, .conll, .bio, .iob, .iob2, .txt; each also as "
        ".gz, .xz, .zst or .bz2");
  CHECK(contains(expect_error([&] { read_rows(folder.path() / "a.csv"); }).what(), "a.csv: there is no such file"));
  CHECK(contains(expect_error([&] { read_rows(folder.path()); }).what(), "is a folder, but a file is expected"));
}

}  // namespace format_test
