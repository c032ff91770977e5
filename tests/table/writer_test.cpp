#include "table/writer.h"

#include <doctest/doctest.h>

#include <cmath>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace writer_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

const std::vector<Value> kRow = {std::string("say \"yes\",\n\xE6\xAD\xA3"), 0.25, int64_t{-3}, true, Value()};
const std::vector<std::string> kNames = {"text", "score", "n", "flag", "nothing"};

TEST_CASE("jsonl rows keep the order of the columns") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "out.jsonl";
  RowWriter writer(path, row_format(path), kNames);
  writer.write(kRow);
  writer.write_json("{\"label\": \"POSITIVE\", \"scores\": {\"a\": 1}}");
  CHECK(writer.rows() == 2);
  CHECK_FALSE(fs::exists(path));
  writer.commit();
  CHECK(
      read_file(path) ==
      "{\"text\": \"say \\\"yes\\\",\\n\xE6\xAD\xA3\", \"score\": 0.25, \"n\": -3, \"flag\": true, \"nothing\": null}\n"
      "{\"label\": \"POSITIVE\", \"scores\": {\"a\": 1}}\n");
}

TEST_CASE("csv cells are quoted if necessary, and survive writing and reading") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "out.csv";
  RowWriter writer(path, row_format(path), kNames);
  writer.write(kRow);
  writer.write(std::vector<Value>{std::string(), 1.0, int64_t{2}, false, Value()});
  writer.commit();
  CHECK(read_file(path) ==
        "text,score,n,flag,nothing\n\"say \"\"yes\"\",\n\xE6\xAD\xA3\",0.25,-3,True,\n\"\",1.0,2,False,\n");
  const Rows rows = read_rows(path);
  for (size_t i = 0; i < kNames.size(); ++i) CHECK(rows.value(0, kNames[i]) == kRow[i]);
  CHECK(rows.text(1, "text") == "");
}

TEST_CASE("numbers that JSON cannot represent are null") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "out.json";
  RowWriter writer(path, row_format(path), {"x"});
  writer.write(std::vector<Value>{std::nan("")});
  writer.commit();
  CHECK(read_file(path) == "{\"x\": null}\n");
}

TEST_CASE("without commit no file remains; another extension is an error") {
  const TemporaryFolder folder;
  {
    RowWriter writer(folder.path() / "out.csv", RowFormat::kCsv, {"x"});
    for (int i = 0; i < 100'000; ++i) writer.write(std::vector<Value>{int64_t{i}});
  }
  CHECK(fs::is_empty(folder.path()));
  const Error error = expect_error([] { row_format("out.xlsx"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "out.xlsx: rows are written as .jsonl or .csv"));
}

TEST_CASE("a stream gets the rows at each flush") {
  std::string bytes;
  RowWriter writer([&](std::string_view more) { bytes += more; }, RowFormat::kCsv, {"label", "score"});
  writer.write(std::vector<Value>{std::string("a"), 0.5});
  CHECK(bytes.empty());
  writer.flush();
  CHECK(bytes == "label,score\na,0.5\n");
  writer.write(std::vector<Value>{std::string("b"), Value()});
  writer.commit();
  CHECK(bytes == "label,score\na,0.5\nb,\n");
  CHECK(writer.rows() == 2);
}

}  // namespace writer_test
