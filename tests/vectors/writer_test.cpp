#include "vectors/writer.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace writer_test {

using namespace hone;
using namespace hone::vectors;

TEST_CASE("json lines have each float's own digits") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a.jsonl";
  const std::vector<float> values = {0.1F, -2};
  const std::string_view text = "a \"b\"";
  create_vector_file(path, {.num_rows = 1, .width = 2})->write(values, {&text, 1});
  CHECK(!std::filesystem::exists(path));
  const auto writer = create_vector_file(path, {.num_rows = 1, .width = 2});
  writer->write(values, {&text, 1});
  writer->commit();
  CHECK(read_file(path) == "{\"text\": \"a \\\"b\\\"\", \"embedding\": [0.1, -2]}\n");
}

TEST_CASE("the extension is the format, and the number of rows is checked") {
  const TemporaryFolder folder;
  CHECK(vector_format("a.npy") == "npy");
  CHECK(contains(expect_error([] { vector_format("a.bin"); }).what(), "a.bin: vectors are written as .npy"));
  const std::vector<float> values = {1, 2};
  const std::string_view text = "a";
  const auto writer = create_vector_file(folder.path() / "a.npy", {.num_rows = 2, .width = 2});
  writer->write(values, {&text, 1});
  CHECK(expect_error([&] { writer->commit(); }).kind() == ErrorKind::kInternal);
  writer->write(values, {&text, 1});
  CHECK(expect_error([&] { writer->write(values, {&text, 1}); }).kind() == ErrorKind::kInternal);
}

}  // namespace writer_test
