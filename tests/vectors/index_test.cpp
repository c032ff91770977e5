#include "vectors/index.h"

#include <doctest/doctest.h>

#include <cstring>

#include "base/files.h"
#include "expect_error.h"
#include "table/npy_header.h"
#include "temporary_folder.h"
#include "vectors/writer.h"

namespace index_test {

using namespace hone;
using namespace hone::vectors;

constexpr const char* kTexts[] = {"one", "two \"2\"\nlines", "drei \xC3\xA4"};
const std::vector<float> kValues = {1, 2, 3, 4, 5, 6};

std::filesystem::path written(const TemporaryFolder& folder, const std::string& name, bool keeps_texts = true) {
  const std::filesystem::path path = folder.path() / name;
  const bool is_new = !std::filesystem::exists(path);
  const auto writer = create_vector_file(path, {.num_rows = 3, .width = 2, .keeps_texts = keeps_texts});
  const std::vector<std::string_view> texts(std::begin(kTexts), std::end(kTexts));
  writer->write(std::span(kValues).first(4), std::span(texts).first(2));
  writer->write(std::span(kValues).subspan(4), std::span(texts).subspan(2));
  CHECK(std::filesystem::exists(path) != is_new);
  writer->commit();
  return path;
}

void check_content(const VectorIndex& index, bool has_texts) {
  CHECK(index.matrix().num_rows == 3);
  CHECK(index.matrix().width == 2);
  CHECK(std::equal(kValues.begin(), kValues.end(), index.matrix().data));
  CHECK(index.has_texts() == has_texts);
  for (uint64_t row = 0; row < 3; ++row) CHECK(index.text(row) == (has_texts ? kTexts[row] : ""));
}

TEST_CASE("what is written is read, with and without texts") {
  for (const char* name : {"a.npy", "a.parquet"}) {
    for (const bool keeps_texts : {true, false}) {
      INFO(name);
      const TemporaryFolder folder;
      check_content(VectorIndex::open(written(folder, name, keeps_texts)), keeps_texts);
    }
  }
}

TEST_CASE("texts of an earlier file do not stay beside new vectors") {
  const TemporaryFolder folder;
  written(folder, "a.npy");
  CHECK(std::filesystem::exists(folder.path() / "a.texts.jsonl"));
  written(folder, "a.npy", false);
  CHECK(!std::filesystem::exists(folder.path() / "a.texts.jsonl"));
}

TEST_CASE("float64, columns first, and headers that are not aligned are copied") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& header, const auto& values) {
    std::string bytes("\x93NUMPY\x01\x00", 8);
    bytes += static_cast<char>(header.size());
    bytes += '\0';
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
    return VectorIndex::open(folder.write("a.npy", bytes));
  };
  const std::vector<double> wide(kValues.begin(), kValues.end());
  check_content(write("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n", wide), false);
  const std::vector<float> columns = {1, 3, 5, 2, 4, 6};
  check_content(write("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }\n", columns), false);
  check_content(write("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }  \n", kValues), false);
}

TEST_CASE("damaged files and other kinds of files are errors") {
  const TemporaryFolder folder;
  const auto problem = [&](const std::string& name, const std::string& bytes) {
    const Error error = expect_error([&] { VectorIndex::open(folder.write(name, bytes)); });
    return std::string(error.what());
  };
  CHECK(contains(problem("a.csv", ""), "a.csv: vectors are read from .npy and .parquet files"));
  CHECK(contains(problem("b.npy", "hello"), "this is not a .npy file"));
  CHECK(contains(problem("b.npy", table::npy_header(4, 2) + "123"), "the file is truncated"));
  CHECK(contains(problem("b.npy", table::npy_header(UINT64_MAX, 2)), "the array is too large"));
  CHECK(contains(problem("b.npy", table::npy_header(0, 2)), "b.npy holds no vectors"));
  CHECK(contains(problem("b.npy", table::npy_header(3, 0)), "b.npy holds no vectors"));
  const std::string whole = table::npy_header(1, 2) + std::string(8, '\0');
  folder.write("c.texts.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n");
  CHECK(contains(problem("c.npy", whole), "c.texts.jsonl has 2 texts, and "));
  folder.write("d.texts.jsonl", "{\"txt\": \"a\"}\n");
  const VectorIndex index = VectorIndex::open(folder.write("d.npy", whole));
  CHECK(contains(expect_error([&] { index.text(0); }).what(), "d.texts.jsonl:1: the line has no \"text\""));
  CHECK(contains(problem("e.parquet", "PAR1"), "e.parquet: "));
}

}  // namespace index_test
