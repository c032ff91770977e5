// regex_test.cpp compares the sets with Oniguruma's matches of all code points.
#include "text/unicode_property.h"

#include <doctest/doctest.h>

namespace hone::text::unicode_property_test {

bool contains_code(const CodePointSet& set, char32_t code) {
  for (const auto& [first, last] : set) {
    if (first <= code && code <= last) return true;
  }
  return false;
}

std::vector<std::pair<char32_t, char32_t>> pairs_of(const CodePointSet& set) {
  std::vector<std::pair<char32_t, char32_t>> result;
  for (const auto& [first, last] : set) result.emplace_back(first, last);
  return result;
}

TEST_CASE("a property is found by its short and long names, however they are written") {
  for (const char* name : {"Lu", "lu", "Uppercase_Letter", "uppercase letter"}) {
    CAPTURE(name);
    const auto set = find_property(name);
    REQUIRE(set);
    CHECK(contains_code(*set, 'A'));
    CHECK(!contains_code(*set, 'a'));
  }
  CHECK(contains_code(*find_property("Han"), 0x4E2D));
  CHECK(contains_code(*find_property("space"), 0x85));
  CHECK(!contains_code(*find_property("White_Space"), 0x1C));
  CHECK(!find_property("Klingon"));
  CHECK(!find_property(""));
}

TEST_CASE("the letters and numbers of all general categories are the groups") {
  const auto joined = [](std::initializer_list<const char*> names) {
    CodePointSet set;
    for (const char* name : names) set = union_of(set, *find_property(name));
    return pairs_of(set);
  };
  CHECK(joined({"Lu", "Ll", "Lt", "Lm", "Lo"}) == pairs_of(*find_property("L")));
  CHECK(joined({"L", "M", "N", "P", "S", "Z", "Cc", "Cf", "Co"}).size() > 500);
  CHECK(joined({"Nd", "Nl", "No"}) == pairs_of(*find_property("Number")));
}

TEST_CASE("sets are joined, turned over and intersected") {
  const CodePointSet a = {{'a', 'c'}, {'x', 'z'}}, b = {{'d', 'e'}, {'y', 0x10FFFF}};
  CHECK(pairs_of(union_of(a, b)) == std::vector<std::pair<char32_t, char32_t>>{{'a', 'e'}, {'x', 0x10FFFF}});
  CHECK(pairs_of(intersection_of(a, b)) == std::vector<std::pair<char32_t, char32_t>>{{'y', 'z'}});
  CHECK(pairs_of(complement_of(b)) == std::vector<std::pair<char32_t, char32_t>>{{0, 'c'}, {'f', 'x'}});
  CHECK(complement_of(complement_of({})).empty());
}

}  // namespace hone::text::unicode_property_test
