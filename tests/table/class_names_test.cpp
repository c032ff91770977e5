#include "table/class_names.h"

#include <doctest/doctest.h>

using namespace hone::table;

TEST_CASE("the names of a ClassLabel are found in a schema's metadata and in dataset_info.json") {
  const char* features = R"({"features": {"text": {"dtype": "string", "_type": "Value"},
                             "label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}})";
  const ClassNames expected = {{"label", {"neg", "pos"}}};
  CHECK(class_names_of(features) == expected);
  CHECK(class_names_of(std::string("{\"info\": ") + features + "}") == expected);
}

TEST_CASE("a column of lists has the class names of its items") {
  const ClassNames expected = {{"tags", {"O", "B-x"}}};
  for (const char* feature : {R"({"feature": {"names": ["O", "B-x"], "_type": "ClassLabel"}, "_type": "List"})",
                              R"({"feature": {"names": ["O", "B-x"], "_type": "ClassLabel"}, "_type": "Sequence"})",
                              R"([{"names": ["O", "B-x"], "_type": "ClassLabel"}])"}) {
    CAPTURE(feature);
    CHECK(class_names_of(std::string(R"({"features": {"tags": )") + feature + "}}") == expected);
  }
}

TEST_CASE("malformed descriptions have no class names") {
  for (const char* json : {"", "{", "[]", "{}", "{\"features\": []}", "{\"features\": {\"label\": 3}}",
                           R"({"features": {"label": {"names": [1], "_type": "ClassLabel"}}})",
                           R"({"features": {"label": {"names": ["a"], "_type": "Value"}}})"}) {
    CAPTURE(json);
    CHECK(class_names_of(json).empty());
  }
}
