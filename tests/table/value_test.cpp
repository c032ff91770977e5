#include "table/value.h"

#include <doctest/doctest.h>

using namespace hone::table;

TEST_CASE("values are written as Python's str writes them") {
  CHECK(value_text(Value()) == "");
  CHECK(value_text(Value(true)) == "True");
  CHECK(value_text(Value(false)) == "False");
  CHECK(value_text(Value(int64_t{-7})) == "-7");
  CHECK(value_text(Value(std::string("a b"))) == "a b");
  CHECK(value_text(Value(5.0)) == "5.0");
  CHECK(value_text(Value(4.75)) == "4.75");
  CHECK(value_text(Value(0.0001)) == "0.0001");
  CHECK(value_text(Value(1e-5)) == "1e-05");
  CHECK(value_text(Value(1e16)) == "1e+16");
  CHECK(value_text(Value(123456789012345.0)) == "123456789012345.0");
  CHECK(value_text(Value(-0.0)) == "-0.0");
  CHECK(value_text(Value(1.0 / 3.0)) == "0.3333333333333333");
}

TEST_CASE("the type of a plain text is detected") {
  CHECK(type_of_text("") == ColumnType::kNull);
  for (const char* text : {"0", "-12", "+3", " 7 ", "007"}) CHECK(type_of_text(text) == ColumnType::kInt);
  for (const char* text : {"1.5", "-3e-2", "5.000", ".5", "1e10"}) CHECK(type_of_text(text) == ColumnType::kFloat);
  for (const char* text : {"True", "false", "TRUE"}) CHECK(type_of_text(text) == ColumnType::kBool);
  for (const char* text : {"nan", "inf", "NA", "null", "e", "1-2", "+-1", "1.2.3", "0x10", "tRUE", "-", "good"}) {
    CAPTURE(text);
    CHECK(type_of_text(text) == ColumnType::kString);
  }
  CHECK(type_of_text("12345678901234567890123") == ColumnType::kString);
}

TEST_CASE("text is parsed as its column's type, or becomes null") {
  CHECK(parse_value("007", ColumnType::kInt) == Value(int64_t{7}));
  CHECK(parse_value("3", ColumnType::kFloat) == Value(3.0));
  CHECK(parse_value("true", ColumnType::kBool) == Value(true));
  CHECK(parse_value("False", ColumnType::kBool) == Value(false));
  CHECK(parse_value("", ColumnType::kString) == Value(std::string()));
  CHECK(is_null(parse_value("", ColumnType::kInt)));
  CHECK(is_null(parse_value("x", ColumnType::kFloat)));
  CHECK(type_name(ColumnType::kNested) == "nested");
}
