// Files of pyarrow are read in tests/fixtures/table/vectors_*.parquet (make_table_files.py).
#include "table/vector_file.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "table/npy_header.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace vector_file_test {

using namespace hone;
using namespace hone::table;

struct Content {
  VectorFileInfo info;
  std::vector<float> vectors;
  std::vector<std::string> texts;
};

Content content_of(const std::filesystem::path& path, const std::string& column = "") {
  Content content;
  int num_begins = 0;
  const auto begin = [&](const VectorFileInfo& info) {
    content.info = info;
    ++num_begins;
  };
  read_vector_file(path, column, begin, [&](const VectorRows& rows) {
    content.vectors.insert(content.vectors.end(), rows.vectors.begin(), rows.vectors.end());
    for (const std::string_view text : rows.texts) content.texts.emplace_back(text);
  });
  CHECK(num_begins == 1);
  return content;
}

std::filesystem::path written(const TemporaryFolder& folder, uint64_t num_rows, bool has_texts) {
  const std::filesystem::path path = folder.path() / fmt::format("{}-{}.parquet", num_rows, has_texts);
  VectorFile file(path, 3, has_texts);
  for (uint64_t row = 0; row < num_rows; ++row) {
    const auto number = static_cast<float>(row);
    const std::vector<float> values = {number, number + 0.5F, -number};
    const std::string text = "text " + std::to_string(row);
    const std::string_view view = text;
    file.write(values, has_texts ? std::span(&view, 1) : std::span<const std::string_view>());
  }
  CHECK(!std::filesystem::exists(path));
  file.commit();
  return path;
}

TEST_CASE("what is written is read, also by the reader of rows") {
  const TemporaryFolder folder;
  const std::filesystem::path path = written(folder, 5, true);
  const Content content = content_of(path);
  CHECK(content.info.num_rows == 5);
  CHECK(content.info.width == 3);
  CHECK(content.vectors.size() == 15);
  CHECK(content.vectors[13] == 4.5F);
  CHECK(content.texts.back() == "text 4");
  const Rows rows = read_rows(path);
  CHECK(rows.column_names() == std::vector<std::string>{"text", "embedding"});
  CHECK(rows.json(1, "embedding") == "[1.0,1.5,-1.0]");
  const Content without = content_of(written(folder, 2, false));
  CHECK(without.texts.empty());
  CHECK(without.info.text_column.empty());
  CHECK(content_of(written(folder, 0, true)).info.num_rows == 0);
}

TEST_CASE("files of pyarrow with lists of any kind are read") {
  const std::filesystem::path tables = std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/table";
  for (const char* name : {"vectors_fixed", "vectors_list_float64", "vectors_large_list"}) {
    INFO(name);
    const Content content = content_of(tables / (std::string(name) + ".parquet"));
    CHECK(content.vectors == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(content.info.vector_column == "values");
  }
  const auto problem = [&](const char* name, const std::string& column = "") {
    const Error error = expect_error([&] { content_of(tables / (std::string(name) + ".parquet"), column); });
    CHECK(error.kind() == ErrorKind::kInput);
    return std::string(error.what());
  };
  CHECK(contains(problem("vectors_ragged"), "row 1: column \"values\" has 1 value, not 2"));
  CHECK(contains(problem("vectors_null_row"), "row 1: column \"values\" is null"));
  CHECK(contains(problem("vectors_null_value"), "column \"values\" holds nulls"));
  CHECK(contains(problem("vectors_two"), "there are several columns of vectors"));
  CHECK(content_of(tables / "vectors_two.parquet", "b").vectors == std::vector<float>{3, 4});
  CHECK(contains(problem("vectors_two", "c"), "unknown column of vectors \"c\""));
  CHECK(contains(problem("vectors_none"), "there is no column of vectors"));
}

TEST_CASE("a truncated file is an error, at any length") {
  const TemporaryFolder folder;
  const std::string whole = read_file(written(folder, 3, true));
  for (size_t size = 0; size < whole.size(); size += 37) {
    const std::filesystem::path path = folder.write("b.parquet", std::string_view(whole).substr(0, size));
    const Error error = expect_error([&] { content_of(path); });
    CHECK(error.kind() != ErrorKind::kInternal);
  }
}

TEST_CASE("the header of a .npy file is numpy's") {
  const std::string header = npy_header(3, 2);
  CHECK(header.size() == 128);
  const NpyHeader read = read_npy_header(header + std::string(24, '\0'), "a.npy", "hint");
  CHECK(read.num_values() == 6);
  CHECK(read.size == 128);
  const Error error = expect_error([&] { read_npy_header(header + std::string(23, '\0'), "a.npy", "hint"); });
  CHECK(error.what() == std::string("a.npy: the file is truncated"));
  CHECK(error.hint() == "hint");
}

}  // namespace vector_file_test
