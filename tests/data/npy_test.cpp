#include "data/npy.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace npy_test {

using namespace hone;
using namespace hone::data;

// A file of version 1.0, as docs/numpy.lib.format describes it.
std::string npy(const std::string& header, const std::string& data) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  return bytes + header + data;
}

template <typename Number>
std::string bytes_of(const std::vector<Number>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
}

Matrix read_bytes(const std::string& bytes) {
  const TemporaryFolder folder;
  return read_npy(folder.write("a.npy", bytes));
}

std::string problem(const std::string& bytes) {
  const Error error = expect_error([&] { read_bytes(bytes); });
  CHECK(error.kind() == ErrorKind::kInput);
  const std::string what = error.what();
  return what.substr(what.find(": ") + 2);
}

TEST_CASE("float32 and float64 are read in both orders") {
  const Matrix rows = read_bytes(
      npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", bytes_of<double>({1, 2, 3, 4, 5, 6})));
  CHECK(rows.num_rows == 2);
  CHECK(rows.num_columns == 3);
  CHECK(rows.values == std::vector<double>{1, 2, 3, 4, 5, 6});
  const Matrix columns = read_bytes(
      npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", bytes_of<float>({1, 4, 2, 5, 3, 6})));
  CHECK(columns.values == rows.values);
}

TEST_CASE("what is written is numpy.save's file") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a.npy";
  const std::vector<float> values = {0.5F, 0.25F, 1, 0};
  write_npy(path, values, 2);
  // numpy.save(array([[0.5, 0.25], [1, 0]], dtype=float32)): a header of 118 bytes, so that the data begins at 128.
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
  header.resize(117, ' ');
  CHECK(read_file(path) == npy(header + "\n", bytes_of(values)));
  CHECK(read_npy(path).values == std::vector<double>{0.5, 0.25, 1, 0});
}

TEST_CASE("other arrays and damaged files are errors") {
  CHECK(problem("PK") == "this is not a .npy file");
  CHECK(problem(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }", "short")) ==
        "the file is truncated");
  CHECK(problem(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff{", 13)) == "the file is truncated");
  CHECK(problem(npy(std::string(5000, ' '), "")) == "the header of the .npy file is malformed");
  CHECK(problem(npy("{'descr': '<f8', 'shape': (2, 2)}", "")) == "the header of the .npy file is malformed");
  CHECK(problem(npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }", "")) == "the array holds \"|O\"");
  CHECK(problem(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", "")) ==
        "the array has the shape (2,), not two dimensions");
  CHECK(problem(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 2), }", "")) ==
        "a size is too large");
  CHECK(contains(expect_error([] {
                   read_bytes(
                       npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999999, 9999999999999), }", ""));
                 }).what(),
                 "the array is too large"));
}

}  // namespace npy_test
