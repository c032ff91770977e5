// Values of every type, read by type.
#include "gguf/metadata.h"

#include <cmath>

#include "expect_error.h"
#include "gguf/file.h"
#include "gguf/made_file.h"

namespace hone::gguf::metadata_test {

namespace {

// Views of the metadata point into the bytes.
struct Read {
  explicit Read(const MadeFile& file) : bytes(file.bytes()), contents(parse(bytes, "m.gguf")) {}
  const Metadata* operator->() const { return &contents.metadata; }

  std::string bytes;
  Contents contents;
};

std::string message_of(const MadeFile& file) {
  return expect_error([&] { parse(file.bytes(), "m.gguf"); }).what();
}

}  // namespace

TEST_CASE("numbers of every type are read") {
  MadeFile file;
  file.add_raw("u8", 0, raw<uint8_t>(200));
  file.add_raw("i8", 1, raw<int8_t>(-100));
  file.add_raw("u16", 2, raw<uint16_t>(60'000));
  file.add_raw("i16", 3, raw<int16_t>(-30'000));
  file.add_uint32("u32", 4'000'000'000);
  file.add_raw("i32", 5, raw<int32_t>(-2'000'000'000));
  file.add_float("f32", 1e-5F);
  file.add_flag("flag", true);
  file.add_raw("u64", 10, raw(~uint64_t{0}));
  file.add_raw("i64", 11, raw(INT64_MIN));
  file.add_raw("f64", 12, raw(0.1));
  const Read read(file);
  const auto integer = [&](const char* key) { return read->integer(key, INT64_MIN, INT64_MAX); };
  CHECK(read->size() == 11);
  CHECK(integer("u8") == 200);
  CHECK(integer("i8") == -100);
  CHECK(integer("u16") == 60'000);
  CHECK(integer("i16") == -30'000);
  CHECK(integer("u32") == 4'000'000'000);
  CHECK(integer("i32") == -2'000'000'000);
  CHECK(integer("i64") == INT64_MIN);
  CHECK(integer("u64") == INT64_MAX);
  CHECK(read->number("f32") == 1e-5);  // the shortest digits of the float
  CHECK(read->number("f64") == 0.1);
  CHECK(read->number("u8") == 200);
  CHECK(read->flag("flag") == true);
  CHECK(!read->integer("none", 0, 1));
  CHECK(!read->number("none"));
  CHECK(!read->flag("none"));
  CHECK(!read->text("none"));
  CHECK(read->texts("none") == nullptr);
}

TEST_CASE("arrays are read, and an array of one number is that number") {
  MadeFile file;
  file.add_texts("texts", {"a", "", "b c"});
  file.add_numbers<float>("floats", 6, {0.5F, -1, 0.1F});
  file.add_numbers<uint32_t>("layers", 4, {8, 8, 8});
  file.add_numbers<uint32_t>("mixed", 4, {8, 0});
  const Read read(file);
  REQUIRE(read->texts("texts") != nullptr);
  CHECK(*read->texts("texts") == std::vector<std::string_view>{"a", "", "b c"});
  CHECK(read->numbers("floats") == std::vector<double>{0.5, -1, 0.1});
  CHECK(read->integer("layers", 0, 100) == 8);
  CHECK(contains(expect_error([&] { read->integer("mixed", 0, 9); }).what(), "has the type array, not an integer"));
}

TEST_CASE("a value of another type is an error that names the key and both types") {
  MadeFile file;
  file.add_text("text", "x");
  file.add_text("bad", "\xC3");
  file.add_float("f", 1.5F);
  file.add_float("inf", HUGE_VALF);
  file.add_uint32("big", 70);
  file.add_texts("texts", {"x"});
  const Read read(file);
  const auto message = [](auto&& function) { return std::string(expect_error(function).what()); };
  CHECK(message([&] { read->integer("text", 0, 1); }) == "m.gguf: \"text\" has the type string, not an integer");
  CHECK(message([&] { read->number("text"); }) == "m.gguf: \"text\" has the type string, not a number");
  CHECK(message([&] { read->flag("f"); }) == "m.gguf: \"f\" has the type float32, not a flag");
  CHECK(message([&] { read->text("f"); }) == "m.gguf: \"f\" has the type float32, not a text");
  CHECK(message([&] { read->texts("f"); }) == "m.gguf: \"f\" has the type float32, not an array of texts");
  CHECK(message([&] { read->numbers("texts"); }) == "m.gguf: \"texts\" has the type array, not an array of numbers");
  CHECK(message([&] { read->integer("big", 0, 64); }) == "m.gguf: \"big\" is 70, not from 0 to 64");
  CHECK(message([&] { read->number("inf"); }) == "m.gguf: \"inf\" is inf, not a finite number");
  CHECK(message([&] { read->text("bad"); }) == "m.gguf: \"bad\" is not UTF-8");
  CHECK(message([&] { read->throw_missing("general.name"); }) == "m.gguf: \"general.name\" is missing");
}

TEST_CASE("the id of a token is one of the vocabulary, or none") {
  MadeFile file;
  file.add_uint32("five", 5);
  file.add_uint32("none", ~0U);
  file.add_raw("minus", 5, raw<int32_t>(-1));
  const Read read(file);
  CHECK(read->token_id("five", 6) == 5);
  CHECK(!read->token_id("none", 6));
  CHECK(!read->token_id("minus", 6));
  CHECK(!read->token_id("missing", 6));
  CHECK(contains(expect_error([&] { read->token_id("five", 5); }).what(), "\"five\" is 5, but there are 5 tokens"));
}

TEST_CASE("keys are distinct, UTF-8, not empty and not too long") {
  MadeFile file;
  file.add_uint32("a", 1);
  file.add_uint32("a", 2);
  CHECK(contains(message_of(file), "the key \"a\" is there twice"));
  const auto check_key = [](const std::string& key, const char* message) {
    MadeFile wrong;
    wrong.add_uint32(key, 1);
    CHECK(contains(message_of(wrong), message));
  };
  check_key("", "a key has 0 bytes, not from 1 to 65535");
  check_key(std::string(65'536, 'x'), "a key has 65536 bytes");
  check_key("\xFF", "a key is not UTF-8");
}

}  // namespace hone::gguf::metadata_test
