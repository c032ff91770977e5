#include "data/folds.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "expect_error.h"

namespace folds_test {

using namespace hone;
using namespace hone::data;

TEST_CASE("each fold gets the rows of each class that scikit-learn's StratifiedKFold gives it") {
  // 7, 4 and 2 rows. scikit-learn deals the sorted rows: 0000000 1111 22 to the folds 012 012 012 012 0.
  const std::vector<int64_t> labels = {0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 2, 1, 0};
  const std::vector<uint32_t> folds = stratified_folds(labels, 3, 42);
  std::array<std::array<int, 3>, 3> counts{};
  for (size_t row = 0; row < labels.size(); ++row) ++counts[folds[row]][static_cast<size_t>(labels[row])];
  CHECK(counts[0] == std::array{3, 1, 1});
  CHECK(counts[1] == std::array{2, 2, 0});
  CHECK(counts[2] == std::array{2, 1, 1});
}

TEST_CASE("the seed decides which rows of a class are in a fold") {
  const std::vector<int64_t> labels(40, 1);
  CHECK(stratified_folds(labels, 5, 1) == stratified_folds(labels, 5, 1));
  CHECK(stratified_folds(labels, 5, 1) != stratified_folds(labels, 5, 2));
}

TEST_CASE("more folds than rows are an error") {
  const std::vector<int64_t> labels = {0, 1, 0};
  const Error error = expect_error([&] { stratified_folds(labels, 5, 1); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "--folds is 5, but only 3 rows have a text and a label");
}

}  // namespace folds_test
