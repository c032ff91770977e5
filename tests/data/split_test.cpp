#include "data/split.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "data/data_fixture.h"
#include "expect_error.h"

namespace split_test {

using namespace hone;
using namespace hone::data;

std::vector<uint32_t> repeated(const std::vector<uint64_t>& counts) {
  std::vector<uint32_t> classes;
  for (uint32_t c = 0; c < counts.size(); ++c) classes.insert(classes.end(), counts[c], c);
  return classes;
}

TEST_CASE("classes are shared as scikit-learn shares them for some seed") {
  for (const Json& row : data_fixture().at("splits")) {
    const auto counts = row.at("counts").get<std::vector<uint64_t>>();
    SplitPlan plan;
    plan.classes = repeated(counts);
    plan.num_rows = plan.classes.size();
    plan.shares = {0.8, 0.1, 0.1};
    const auto parts = split_rows(plan);
    Json sizes = Json::array();
    std::set<uint64_t> rows;
    for (const auto& part : parts) {
      std::vector<uint64_t> size(counts.size());
      for (const uint64_t r : part) {
        ++size[plan.classes[r]];
        rows.insert(r);
      }
      sizes.push_back(size);
    }
    CAPTURE(row.dump());
    CAPTURE(sizes.dump());
    CHECK(rows.size() == plan.num_rows);
    const auto& known = row.at("sizes");
    CHECK(std::find(known.begin(), known.end(), sizes) != known.end());
  }
}

TEST_CASE("sizes are rounded up except the first") {
  CHECK(part_sizes(101, {0.8, 0.1, 0.1}) == std::vector<uint64_t>{79, 11, 11});
  CHECK(part_sizes(10, {0.9, 0.1}) == std::vector<uint64_t>{9, 1});
  CHECK(contains(expect_error([] { part_sizes(2, {0.8, 0.1, 0.1}); }).what(), "2 rows are too few for 3 parts"));
}

TEST_CASE("shares are numbers in proportion") {
  CHECK(parsed_shares("8/1/1") == parsed_shares("80/10/10"));
  for (const char* text : {"80", "80/x", "80/0/20", "80/-1", "", "80//20", "nan/1"}) {
    CAPTURE(text);
    CHECK(expect_error([&] { parsed_shares(text); }).kind() == ErrorKind::kUsage);
  }
}

TEST_CASE("a seed gives the same parts again, another seed others") {
  SplitPlan plan;
  plan.num_rows = 100;
  plan.shares = {0.5, 0.5};
  const auto first = split_rows(plan), again = split_rows(plan);
  plan.seed = 7;
  CHECK(first == again);
  CHECK(split_rows(plan) != first);
}

TEST_CASE("groups stay whole, and the sizes come near the wanted ones") {
  SplitPlan plan;
  plan.num_rows = 1000;
  plan.shares = {0.8, 0.1, 0.1};
  for (uint32_t row = 0; row < 1000; ++row) {
    plan.groups.push_back(row % 97);
    plan.classes.push_back(row % 3 == 0);
  }
  const auto parts = split_rows(plan);
  std::map<uint32_t, size_t> part_of_group;
  for (size_t part = 0; part < parts.size(); ++part) {
    for (const uint64_t row : parts[part]) {
      const auto [found, is_new] = part_of_group.try_emplace(plan.groups[row], part);
      CHECK(found->second == part);
    }
    CHECK(static_cast<double>(parts[part].size()) == doctest::Approx(1000 * plan.shares[part]).epsilon(0.2));
  }
}

}  // namespace split_test
