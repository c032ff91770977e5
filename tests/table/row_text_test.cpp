#include "table/row_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <random>

#include "base/json.h"

namespace row_text_test {

using namespace hone;
using namespace hone::table;

std::string json_cell(const std::string& text) {
  std::string cell;
  append_json_cell(cell, Value(text));
  return cell;
}

std::string csv_cell(std::string_view text, bool always_quoted = false) {
  std::string cell;
  append_csv_cell(cell, text, true, always_quoted);
  return cell;
}

TEST_CASE("texts are written as JSON as nlohmann::json writes them") {
  std::mt19937 random(2);
  for (int trial = 0; trial < 3000; ++trial) {
    std::string text;
    const bool is_utf8 = trial % 4 != 0;
    for (size_t i = random() % 200; i > 0; --i) {
      const uint32_t kind = random() % 20;
      if (kind == 0) {
        text += static_cast<char>(random() % 0x80);
      } else if (kind == 1) {
        text +=
            is_utf8 ? std::string("\xE4\xB8\xAD\xC3\xA9\xF0\x9F\x98\x80") : std::string(1, static_cast<char>(random()));
      } else {
        text += kind == 2 ? '"' : kind == 3 ? '\\' : static_cast<char>('a' + random() % 26);
      }
    }
    CAPTURE(text);
    CHECK(json_cell(text) == Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    CHECK(json_cell(text) == Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
}

TEST_CASE("a csv cell has quotes where a reader needs them, and doubles those inside") {
  CHECK(csv_cell("plain text") == "plain text");
  CHECK(csv_cell("") == "\"\"");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("two\nlines") == "\"two\nlines\"");
  CHECK(csv_cell(" space") == "\" space\"");
  CHECK(csv_cell("say \"yes\"") == "\"say \"\"yes\"\"\"");
  CHECK(csv_cell("\"\"") == "\"\"\"\"\"\"");
  CHECK(csv_cell("plain", true) == "\"plain\"");
  const std::string far(100, 'x');
  CHECK(csv_cell(far + ",") == "\"" + far + ",\"");
  CHECK(csv_cell(far) == far);
}

}  // namespace row_text_test
