#include "table/numbers.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "table/read.h"
#include "temporary_folder.h"

namespace numbers_test {

using namespace hone;

table::Rows read(const TemporaryFolder& folder, const std::string& csv) {
  return table::read_rows(folder.write("a.csv", csv));
}

TEST_CASE("numbers are read from every column, and an empty cell is a problem of its row") {
  const TemporaryFolder folder;
  const table::Rows rows = read(folder, "a,b\n1,2.5\n-3,\n4,1e3\n");
  const table::NumberReader reader(rows, {"b", "a"});
  CHECK(reader.read(0).values == std::vector<double>{2.5, 1});
  CHECK(reader.read(0).problem.empty());
  CHECK(reader.read(1).problem == "b is null");
  CHECK(reader.read(2).values == std::vector<double>{1000, 4});
}

TEST_CASE("a cell that is no finite number in single precision is an error that names the row") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& cell) {
    const table::Rows rows = read(folder, "a\n1\n" + cell + "\n");
    const Error error = expect_error([&] { table::NumberReader(rows, {"a"}).read(1); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "a.csv:3: \"a\" is "));
    return std::string(error.what());
  };
  CHECK(contains(refused("many"), "is many, not a finite number"));
  CHECK(contains(refused("inf"), "not a finite number"));
  CHECK(contains(refused("1e39"), "not a number that single precision holds"));
}

}  // namespace numbers_test
