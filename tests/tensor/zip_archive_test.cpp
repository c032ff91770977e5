#include "tensor/zip_archive.h"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "base/files.h"
#include "expect_error.h"

namespace zip_archive_test {

using namespace hone;

template <typename T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

struct Member {
  std::string name, content;
  uint16_t method = 0;
};

std::string local_part(const Member& member) {
  std::string out;
  put<uint32_t>(out, 0x04034b50);
  out.append(22, '\0');
  put<uint16_t>(out, static_cast<uint16_t>(member.name.size()));
  put<uint16_t>(out, 0);
  return out + member.name + member.content;
}

std::string entry_part(const Member& member, uint32_t offset) {
  std::string out;
  put<uint32_t>(out, 0x02014b50);
  out.append(4, '\0');
  put<uint16_t>(out, 0);
  put<uint16_t>(out, member.method);
  out.append(8, '\0');
  put<uint32_t>(out, static_cast<uint32_t>(member.content.size()));
  put<uint32_t>(out, static_cast<uint32_t>(member.content.size()));
  put<uint16_t>(out, static_cast<uint16_t>(member.name.size()));
  out.append(12, '\0');
  put<uint32_t>(out, offset);
  return out + member.name;
}

std::string zip_of(const std::vector<Member>& members) {
  std::string out, directory;
  for (const Member& member : members) {
    directory += entry_part(member, static_cast<uint32_t>(out.size()));
    out += local_part(member);
  }
  const auto offset = static_cast<uint32_t>(out.size());
  out += directory;
  put<uint32_t>(out, 0x06054b50);
  put<uint32_t>(out, 0);
  put<uint16_t>(out, static_cast<uint16_t>(members.size()));
  put<uint16_t>(out, static_cast<uint16_t>(members.size()));
  put<uint32_t>(out, static_cast<uint32_t>(directory.size()));
  put<uint32_t>(out, offset);
  put<uint16_t>(out, 0);
  return out;
}

std::string message_of(const std::string& file) {
  return expect_error([&] { tensor::read_zip(file, "x.bin"); }).what();
}

// Overwrites a number in the directory entry of the only member.
template <typename T>
std::string with_field(size_t offset, T value) {
  std::string file = zip_of({{"a", "123"}});
  std::memcpy(file.data() + file.rfind("PK\x01\x02") + offset, &value, sizeof value);
  return file;
}

TEST_CASE("uncompressed members of a zip file are found") {
  const std::string file = zip_of({{"a/data.pkl", "hello"}, {"a/data/0", ""}});
  const auto members = tensor::read_zip(file, "x.bin");
  CHECK(members.size() == 2);
  CHECK(members.at("a/data.pkl") == "hello");
  CHECK(members.at("a/data/0").empty());
}

TEST_CASE("a file of torch.save is a zip file with zip64 records") {
  const std::string file =
      read_file(std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/models/variants/bin/pytorch_model.bin");
  CHECK(tensor::read_zip(file, "x").contains("pytorch_model/data.pkl"));
}

TEST_CASE("a file that is truncated or not a zip file is an error") {
  CHECK(contains(message_of("hello"), "it is not a zip file"));
  CHECK(contains(message_of(""), "it is not a zip file"));
  const std::string file = zip_of({{"a", "123"}});
  CHECK(contains(message_of(file.substr(0, file.size() - 1)), "it is not a zip file"));
  CHECK(contains(message_of(file.substr(10)), "x.bin: "));
}

TEST_CASE("compressed and encrypted members are unsupported") {
  CHECK(contains(message_of(zip_of({{"a", "123", 8}})), "\"a\" is compressed or encrypted"));
  CHECK(contains(message_of(with_field<uint16_t>(8, 1)), "\"a\" is compressed or encrypted"));
}

TEST_CASE("a directory with invalid offsets is an error") {
  CHECK(contains(message_of(with_field<uint32_t>(0, 0)), "a record that is not an entry"));
  CHECK(contains(message_of(with_field<uint32_t>(42, 7)), "\"a\" is not where it should be"));
  CHECK(contains(message_of(with_field<uint32_t>(42, 1 << 30)), "points to bytes"));
  CHECK(contains(message_of(with_field<uint32_t>(20, 2)), "\"a\" has two sizes"));
  CHECK(contains(message_of(with_field<uint16_t>(28, 999)), "its directory is truncated"));
  CHECK(contains(message_of(zip_of({{"a", "1"}, {"a", "2"}})), "\"a\" is in it twice"));
}

TEST_CASE("every truncation of a torch file is an error, never a crash") {
  const std::string file =
      read_file(std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/models/variants/bin/pytorch_model.bin");
  for (size_t size = file.size() - 400; size < file.size(); ++size) {
    CHECK_THROWS_AS(tensor::read_zip(file.substr(0, size), "x"), Error);
  }
}

}  // namespace zip_archive_test
