#include "corpus/shard_writer.h"

#include <doctest/doctest.h>

#include "corpus/made_corpus.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace shard_writer_test {

using namespace hone;
using namespace hone::corpus;
using std::string_literals::operator""s;

TEST_CASE("ids are little-endian numbers of two or four bytes, offsets of eight") {
  const TemporaryFolder folder;
  ShardWriter small(folder.path(), 0, 65536);
  small.add(std::vector<int32_t>{1, 65535});
  small.add({});
  small.add(std::vector<int32_t>{258});
  CHECK(small.num_documents() == 3);
  CHECK(small.num_tokens() == 3);
  const ShardRecord record = small.commit();
  CHECK(read_file(folder.path() / "shard-00000.ids") == "\x01\x00\xff\xff\x02\x01"s);
  CHECK(read_file(folder.path() / "shard-00000.offsets") ==
        "\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"s);
  CHECK(record.num_documents == 3);
  CHECK(record.num_tokens == 3);
  // sha256sum of the six bytes.
  CHECK(record.ids_sha256 == "c040df600cefbd7b80573c7aaa884aeabe471d80ecbf715a909bcf9da856841e");
  ShardWriter large(folder.path(), 1, 65537);
  large.add(std::vector<int32_t>{65536});
  large.commit();
  CHECK(read_file(folder.path() / "shard-00001.ids") == "\0\0\1\0"s);
}

TEST_CASE("a shard of more than the buffer has all of its ids") {
  const TemporaryFolder folder;
  ShardWriter writer(folder.path(), 0, 1000);
  std::vector<int32_t> document(300'000);
  for (size_t i = 0; i < document.size(); ++i) document[i] = static_cast<int32_t>(i % 1000);
  for (int i = 0; i < 4; ++i) writer.add(document);
  writer.commit();
  const std::string bytes = read_file(ids_path(folder.path(), 0));
  REQUIRE(bytes.size() == 4 * 300'000 * 2);
  const size_t place = 2 * (300'000 + 299'999);
  CHECK(static_cast<unsigned char>(bytes[place]) + 256 * static_cast<unsigned char>(bytes[place + 1]) == 999);
}

TEST_CASE("an id that is not in the vocabulary is an error") {
  const TemporaryFolder folder;
  ShardWriter writer(folder.path(), 0, 100);
  const Error error = expect_error([&] { writer.add(std::vector<int32_t>{5, 100}); });
  CHECK(std::string(error.what()) == "the tokenizer makes the id 100, but its vocabulary has 100 tokens");
  CHECK(contains(expect_error([&] { writer.add(std::vector<int32_t>{-1}); }).what(), "the id -1"));
}

TEST_CASE("without commit nothing remains") {
  const TemporaryFolder folder;
  {
    ShardWriter(folder.path(), 0, 100).add(std::vector<int32_t>{5});
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

}  // namespace shard_writer_test
