#include "options/value.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "options/field_list.h"

namespace value_test {

using namespace hone;
using namespace hone::options;

// One option with a value of type T, as a command declares it.
template <typename T>
struct Single {
  T value{};
  FieldList list;
  FieldBuilder builder{list("value", value, "a value")};

  const Field& field() const { return list.fields().front(); }
  T& read(std::string_view text) {
    assign(field(), text, "--value");
    return value;
  }
  std::string error(std::string_view text) {
    const Error error = expect_error([&] { read(text); });
    CHECK(error.kind() == ErrorKind::kUsage);
    CHECK(std::string(error.what()).starts_with("--value: "));
    return std::string(error.what()).substr(9);
  }
};

TEST_CASE("a number must be the whole text, and is read in the C locale") {
  Single<double> number;
  CHECK(number.read("2e-5") == 2e-5);
  CHECK(number.read("-.5") == -0.5);
  CHECK(number.read("3") == 3);
  for (const char* text :
       {"", " 1", "1 ", "+1", "1,5", "0x10", "nan", "inf", "-inf", "infinity", "1e", "--1", "1_000"}) {
    CAPTURE(text);
    CHECK(contains(number.error(text), "is not a number"));
  }
  CHECK(number.error("1e999") == "1e999 is too large or too small");
}

TEST_CASE("an integer must be the whole text and within its type's range") {
  Single<int64_t> integer;
  CHECK(integer.read("-9223372036854775808") == std::numeric_limits<int64_t>::min());
  CHECK(integer.error("9223372036854775808") == "9223372036854775808 is too large or too small");
  for (const char* text : {"", "1.0", "1e3", " 1", "1 ", "+1", "0x10", "one"}) {
    CAPTURE(text);
    CHECK(contains(integer.error(text), "is not a whole number"));
  }
  Single<uint64_t> natural;
  CHECK(natural.read("18446744073709551615") == std::numeric_limits<uint64_t>::max());
  CHECK(natural.error("-1") == "\"-1\" is not a whole number, 0 or more");
}

TEST_CASE("booleans are true or false in any case") {
  Single<bool> boolean;
  CHECK(boolean.read("TRUE"));
  CHECK_FALSE(boolean.read("False"));
  CHECK(boolean.error("yes") == "\"yes\" is neither true nor false");
  CHECK(boolean.error("1") == "\"1\" is neither true nor false");
}

TEST_CASE("ranges include their ends, except for those of above()") {
  Single<double> closed;
  closed.builder.in_range(0, 1);
  CHECK(closed.read("0") == 0);
  CHECK(closed.read("1") == 1);
  CHECK(closed.error("1.01") == "1.01 is out of range: it must be a number from 0 to 1");
  Single<std::optional<double>> open;
  open.builder.above(0);
  CHECK(open.read("0.001") == 0.001);
  CHECK(open.error("0") == "0 is out of range: it must be a number above 0");
  open.builder.at_most(2);
  CHECK(open.error("3") == "3 is out of range: it must be a number above 0 and at most 2");
  Single<uint64_t> most;
  most.builder.at_most(9);
  CHECK(most.error("10") == "10 is out of range: it must be a whole number of at most 9");
}

TEST_CASE("choices apply to texts and to list items, and old choices are renamed") {
  Single<std::string> text;
  text.builder.choices({"adamw", "sgd"}).old_choice("adamw_torch", "adamw");
  CHECK(text.read("adamw_torch") == "adamw");
  CHECK(text.error("adam") == "\"adam\" is not one of adamw, sgd");
  Single<std::vector<std::string>> list;
  list.builder.choices({"a", "b"});
  CHECK(list.read("b,a") == std::vector<std::string>{"b", "a"});
  CHECK(list.error("a,c") == "\"c\" is not one of a, b");
  CHECK(expect_error([] { Single<std::string>().builder.old_choice("x", "y"); }).kind() == ErrorKind::kInternal);
}

TEST_CASE("lists are split at commas, except those declared without splitting") {
  Single<std::vector<std::string>> list;
  CHECK(list.read("a,b c") == std::vector<std::string>{"a", "b c"});
  CHECK(list.error("a,,b") == "\"a,,b\" has an empty item");
  CHECK(list.error("a,") == "\"a,\" has an empty item");
  CHECK(list.error("") == "\"\" has an empty item");
  list.builder.not_split();
  CHECK(list.read("a,b") == std::vector<std::string>{"a,b"});
}

TEST_CASE("text must be UTF-8, and a required path must not be empty") {
  Single<std::string> text;
  CHECK(text.read("\xE6\xAD\xA3") == "\xE6\xAD\xA3");
  CHECK(text.read("").empty());
  CHECK(text.error("a\xFF") == "the text is not valid UTF-8");
  Single<std::filesystem::path> path;
  path.value = "p";
  CHECK(path.read("").empty());
  path.builder.required();
  CHECK(path.error("") == "the path is empty");
}

TEST_CASE("values can be written as text and as JSON") {
  Single<double> number;
  number.value = 5e-5;
  CHECK(value_text(number.field()) == "5e-05");
  CHECK(value_json(number.field()).dump() == "5e-05");
  Single<std::optional<bool>> boolean;
  CHECK_FALSE(value_text(boolean.field()).has_value());
  CHECK(value_json(boolean.field()).is_null());
  boolean.value = true;
  CHECK(value_text(boolean.field()) == "true");
  CHECK(value_json(boolean.field()) == Json(true));
  Single<std::vector<std::string>> list;
  list.value = {"a", "b"};
  CHECK(value_text(list.field()) == "a,b");
  CHECK(value_json(list.field()).dump() == R"(["a","b"])");
}

TEST_CASE("only optional values and lists can be cleared") {
  Single<std::optional<int64_t>> optional;
  optional.value = 3;
  clear(optional.field());
  CHECK_FALSE(optional.value.has_value());
  Single<int64_t> plain;
  CHECK(expect_error([&] { clear(plain.field()); }).kind() == ErrorKind::kInternal);
}

}  // namespace value_test
