// Files that are right, and files that lie in each number of their header.
#include "gguf/file.h"

#include "expect_error.h"
#include "gguf/made_file.h"
#include "temporary_folder.h"

namespace hone::gguf::file_test {

namespace {

MadeFile small_file() {
  MadeFile file;
  file.add_text("general.architecture", "llama");
  file.add_floats("a", {3, 2}, {1, 2, 3, 4, 5, 6});
  file.add_floats("b", {2}, {7, 8});
  return file;
}

Error error_of(const MadeFile& file) {
  return expect_error([&] { parse(file.bytes(), "m.gguf"); });
}

void check_error(const MadeFile& file, const char* message) {
  const Error error = error_of(file);
  INFO(error.what());
  CHECK(contains(error.what(), "m.gguf: "));
  CHECK(contains(error.what(), message));
  CHECK(!error.hint().empty());
}

}  // namespace

TEST_CASE("the tensors of a file have HF's order of sizes, and their bytes") {
  const std::string bytes = small_file().bytes();
  const Contents contents = parse(bytes, "m.gguf");
  CHECK(contents.version == 3);
  REQUIRE(contents.tensors.size() == 2);
  CHECK(contents.tensors[0].name == "a");
  CHECK(contents.tensors[0].shape == std::vector<int64_t>{2, 3});
  CHECK(contents.tensors[0].type->name == "F32");
  CHECK(contents.tensors[0].bytes == raw(1.0F) + raw(2.0F) + raw(3.0F) + raw(4.0F) + raw(5.0F) + raw(6.0F));
  CHECK(contents.tensors[1].bytes == raw(7.0F) + raw(8.0F));
}

TEST_CASE("a mapped file finds its tensors by name") {
  const TemporaryFolder folder;
  const auto path = folder.write("m.gguf", small_file().bytes());
  CHECK(is_gguf(path));
  CHECK(!is_gguf(folder.write("x", "GGU")));
  CHECK(expect_error([&] { is_gguf(folder.path() / "none"); }).kind() == ErrorKind::kIo);
  const File file(path);
  REQUIRE(file.find_tensor("b") != nullptr);
  CHECK(file.find_tensor("b")->shape == std::vector<int64_t>{2});
  CHECK(file.find_tensor("c") == nullptr);
  CHECK(file.metadata().text("general.architecture") == "llama");
  CHECK(file.num_bytes() == small_file().bytes().size());
}

TEST_CASE("a file that ends early is refused, wherever it ends") {
  const std::string bytes = small_file().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    const Error error = expect_error([&] { parse(bytes.substr(0, size), "m.gguf"); });
    CHECK(error.kind() == ErrorKind::kInput);
  }
}

TEST_CASE("each byte of a file may be changed: the file is read or refused with an error for users") {
  const std::string bytes = small_file().bytes();
  for (size_t place = 0; place < bytes.size(); ++place) {
    for (const int bit : {0, 5, 7}) {
      std::string changed = bytes;
      changed[place] = static_cast<char>(changed[place] ^ 1 << bit);
      try {
        parse(changed, "m.gguf");
      } catch (const Error& error) {
        CHECK((error.kind() == ErrorKind::kInput || error.kind() == ErrorKind::kUnsupported));
      }
    }
  }
}

TEST_CASE("other files are named") {
  CHECK(contains(expect_error([] { parse("PK\3\4 zip", "m"); }).what(), "does not begin with \"GGUF\""));
  CHECK(contains(expect_error([] { parse("", "m"); }).what(), "does not begin with \"GGUF\""));
  CHECK(contains(expect_error([] { parse("tjgg    ", "m"); }).what(), "a file of ggml from before GGUF (\"tjgg\")"));
  MadeFile file = small_file();
  file.version = 1;
  check_error(file, "version 1 of GGUF");
  file.version = 4;
  check_error(file, "version 4 of GGUF");
  file.version = 0x03000000;
  check_error(file, "a big-endian GGUF file");
  file.version = 2;
  CHECK(parse(file.bytes(), "m").version == 2);
}

TEST_CASE("numbers of entries and tensors beyond the file are refused before memory is taken") {
  for (const uint64_t count : {uint64_t{100}, uint64_t{1} << 40, ~uint64_t{0}}) {
    MadeFile file = small_file();
    file.num_entries = count;
    check_error(file, count == 100 ? "the number of metadata entries is 100" : "the number of metadata entries is");
    file = small_file();
    file.num_tensors = count;
    check_error(file, "the number of tensors is");
  }
}

TEST_CASE("the alignment is a power of 2") {
  for (const uint32_t alignment : {0U, 3U, 48U}) {
    MadeFile file;
    file.add_uint32("general.alignment", alignment);
    check_error(file, alignment == 0 ? "\"general.alignment\" is 0, not from 1 to" : "not a power of 2");
  }
  MadeFile wide;
  wide.alignment = 64;
  wide.add_uint32("general.alignment", 64);
  wide.add_floats("a", {1}, {1});
  wide.add_floats("b", {1}, {2});
  CHECK(parse(wide.bytes(), "m").tensors[1].bytes == raw(2.0F));
  MadeFile huge;
  huge.add_uint32("general.alignment", 1U << 31);
  huge.add_tensor("a", {1}, 0, 0);
  check_error(huge, "tensor \"a\" takes 4 bytes from byte 0 of the data, which has 0");
}

TEST_CASE("the sizes of a tensor are checked") {
  const auto check_tensor = [](const std::vector<uint64_t>& sizes, uint32_t type, uint64_t offset,
                               const char* message) {
    MadeFile file = small_file();
    file.add_tensor("c", sizes, type, offset);
    check_error(file, message);
  };
  check_tensor({}, 0, 0, "tensor \"c\" has 0 dimensions, not from 1 to 4");
  check_tensor({1, 1, 1, 1, 1}, 0, 0, "tensor \"c\" has 5 dimensions, not from 1 to 4");
  check_tensor({0}, 0, 0, "tensor \"c\" has the size 0");
  check_tensor({4, 0}, 0, 0, "tensor \"c\" has the size 0");
  check_tensor({~uint64_t{0}}, 0, 0, "tensor \"c\" has the size 18446744073709551615");
  check_tensor({1U << 31, 1U << 31, 1U << 31}, 0, 0,
               "tensor \"c\" of shape [2147483648, 2147483648, 2147483648] is too large");
  check_tensor({uint64_t{1} << 62, 4}, 0, 0, "is too large");
  check_tensor({uint64_t{1} << 61}, 0, 0, "is too large");
  check_tensor({40}, 8, 0, "tensor \"c\" has rows of 40 values, not whole blocks of 32 (Q8_0)");
  check_tensor({4}, 0, 4, "the offset 4 of tensor \"c\" is not a multiple of 32");
  check_tensor({4}, 0, 1024, "tensor \"c\" takes 16 bytes from byte 1024 of the data, which has 40");
  check_tensor({4}, 0, ~uint64_t{0} - 31, "tensor \"c\" takes 16 bytes from byte 18446744073709551584 of the data");
  check_tensor({1024}, 0, 0, "tensor \"c\" takes 4096 bytes from byte 0 of the data, which has 40");
  check_tensor({4}, 0, 0, "begins at byte 0 of the data, inside of tensor");
  check_tensor({4}, 4, 0, "tensor \"c\" has the type 4, which hone does not know");
  check_tensor({4}, 9999, 0, "tensor \"c\" has the type 9999, which hone does not know");
}

TEST_CASE("2^32 - 1 dimensions are refused") {
  MadeFile file;
  file.num_tensors = 1;
  const std::string bytes = file.bytes() + raw_text("a") + raw(~uint32_t{0}) + std::string(64, '\1');
  CHECK(contains(expect_error([&] { parse(bytes, "m"); }).what(), "tensor \"a\" has 4294967295 dimensions"));
}

TEST_CASE("names of tensors are distinct, UTF-8 and not empty") {
  MadeFile file = small_file();
  file.add_floats("a", {1}, {1});
  check_error(file, "tensor \"a\" is there twice");
  file = small_file();
  file.add_floats("\xFF", {1}, {1});
  check_error(file, "the name of a tensor is not UTF-8");
  file = small_file();
  file.add_floats("", {1}, {1});
  check_error(file, "the name of a tensor has 0 bytes");
  file = small_file();
  file.add_floats(std::string(70'000, 'x'), {1}, {1});
  check_error(file, "the name of a tensor has 70000 bytes");
}

}  // namespace hone::gguf::file_test
