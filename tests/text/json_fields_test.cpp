#include "text/json_fields.h"

#include "expect_error.h"

namespace hone::text::json_fields_test {

TEST_CASE("a missing field returns its default") {
  const Json object = {{"yes", true}, {"name", "x"}, {"count", 7}, {"list", {1, 2}}, {"nothing", nullptr}};
  CHECK(bool_field(object, "yes", false, "f"));
  CHECK(bool_field(object, "nothing", true, "f"));
  CHECK(string_field(object, "name", "", "f") == "x");
  CHECK(string_field(object, "absent", "y", "f") == "y");
  CHECK(integer_field(object, "count", 0, 7, "f") == 7);
  CHECK(array_field(object, "list", "f").size() == 2);
  CHECK(part_type({{"type", "NFC"}}, "f", "normalizer") == "NFC");
}

TEST_CASE("a wrong type is an error with file, key and value") {
  const Json object = {{"a", 3}, {"b", -1}, {"c", std::string(100, 'x')}};
  CHECK(contains(expect_error([&] { bool_field(object, "a", false, "f.json"); }).what(),
                 "f.json: \"a\" must be true or false, not 3"));
  CHECK(contains(expect_error([&] { string_field(object, "a", "", "f"); }).what(), "must be a string"));
  CHECK(
      contains(expect_error([&] { integer_field(object, "b", 0, 9, "f"); }).what(), "an integer from 0 to 9, not -1"));
  CHECK(contains(expect_error([&] { integer_field(object, "a", 0, 2, "f"); }).what(), "not 3"));
  CHECK(contains(expect_error([&] { array_field(object, "a", "f"); }).what(), "must be a list"));
  CHECK(contains(expect_error([&] { array_field(object, "z", "f"); }).what(), "\"z\" is missing"));
  CHECK(std::string(expect_error([&] { bool_field(object, "c", false, "f"); }).what()).size() < 110);
}

}  // namespace hone::text::json_fields_test
