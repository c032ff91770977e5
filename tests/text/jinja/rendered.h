// What the tests of templates share: rendering a template with a JSON context, and the cases of the fixture, whose
// results come from jinja2 as transformers configures it.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/json.h"
#include "expect_error.h"
#include "text/jinja/json_value.h"
#include "text/jinja/template.h"

namespace hone::text::jinja {

// The time of the fixtures: Sunday, 26 July 2026, 13:05:09.
inline std::tm fixture_time() {
  std::tm time{};
  time.tm_year = 126;
  time.tm_mon = 6;
  time.tm_mday = 26;
  time.tm_yday = 206;
  time.tm_hour = 13;
  time.tm_min = 5;
  time.tm_sec = 9;
  return time;
}

inline Written write_template(const std::string& source, const Json& context, const Limits& limits = {}) {
  const auto lookup = [&](Render& render, std::string_view name) {
    const auto found = context.find(name);
    return found == context.end() ? Value() : json_value(render, *found);
  };
  return Template::parse(source, "t.jinja").render(lookup, fixture_time(), limits);
}

inline std::string rendered(const std::string& source, const Json& context = Json::object()) {
  return write_template(source, context).text;
}

// Returns the message of the error of a template.
inline std::string failure(const std::string& source, const Json& context = Json::object(), const Limits& limits = {}) {
  return expect_error([&] { write_template(source, context, limits); }).what();
}

// Returns the text with the parts that come from the context in [ ].
inline std::string with_origins(const std::string& source, const Json& context) {
  const Written written = write_template(source, context);
  std::string out;
  size_t begin = 0;
  for (const Offset& range : written.data) {
    out += written.text.substr(begin, range.begin - begin);
    out += "[" + written.text.substr(range.begin, range.end - range.begin) + "]";
    begin = range.end;
  }
  return out + written.text.substr(begin);
}

inline const Json& fixture() {
  static const Json json = read_json(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/jinja.json");
  return json;
}

// Checks that each template of the fixture's subject gives the text and the generation blocks of jinja2, or an error
// where jinja2 has one.
inline void check_subject(const std::string& subject) {
  for (const Json& row : fixture()["subjects"].at(subject)) {
    const std::string source = row["template"].get<std::string>();
    CAPTURE(source);
    if (row.contains("error")) {
      CHECK(failure(source, fixture()["context"]).starts_with("t.jinja:"));
      continue;
    }
    const Written written = write_template(source, fixture()["context"]);
    CHECK(written.text == row["text"].get<std::string>());
    Json ranges = Json::array();
    for (const Offset& range : to_character_offsets(written.text, written.generated)) {
      ranges.push_back({range.begin, range.end});
    }
    CHECK(ranges == row["generated"]);
  }
}

}  // namespace hone::text::jinja
