#include "table/decompress.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace decompress_test {

using namespace hone;
using namespace hone::table;
namespace fs = std::filesystem;

const fs::path kFixtures = HONE_SOURCE_DIR "/tests/fixtures/table";

std::string read_all(const fs::path& path) {
  const auto reader = open_bytes(path, compression_of(path));
  std::string bytes, block(7, '\0');
  while (const size_t count = reader->read(block.data(), block.size())) bytes.append(block, 0, count);
  return bytes;
}

TEST_CASE("gzip and xz with several members, zstd and bzip2 are decompressed to the original bytes") {
  for (const char* name : {"rows.csv.gz", "rows.csv.xz", "rows.csv.zst", "rows.csv.bz2"}) {
    CAPTURE(name);
    CHECK(read_all(kFixtures / name) == "text,label\ngood,1\nbad,0\n");
    CHECK(read_rows(kFixtures / name).text(1, "text") == "bad");
    CHECK(without_compression(kFixtures / name) == kFixtures / "rows.csv");
  }
  CHECK(compression_of("a.csv") == Compression::kNone);
}

TEST_CASE("damaged and truncated files are errors, not shorter data") {
  const TemporaryFolder folder;
  for (const char* name : {"rows.csv.gz", "rows.csv.xz", "rows.csv.zst", "rows.csv.bz2"}) {
    CAPTURE(name);
    std::string bytes = read_file(kFixtures / name);
    const fs::path cut = folder.write(std::string("cut-") + name, bytes.substr(0, bytes.size() - 9));
    CHECK(contains(expect_error([&] { read_all(cut); }).what(), "cannot be decompressed"));
    const fs::path wrong = folder.write(std::string("wrong-") + name, "text,label\ngood,1\n");
    const Error error = expect_error([&] { read_all(wrong); });
    CHECK(contains(error.what(), "cannot be decompressed"));
    CHECK(contains(error.hint(), "incomplete"));
  }
}

TEST_CASE("a missing file is an io error") {
  CHECK(expect_error([] { open_bytes("/nowhere/a.gz", Compression::kGzip); }).kind() == ErrorKind::kIo);
}

}  // namespace decompress_test
