#include "base/names.h"

#include <doctest/doctest.h>

#include "expect_error.h"

using namespace hone;

TEST_CASE("edit distance counts inserts, deletes, replacements and swaps") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("tarin", "train") == 1);
  CHECK(edit_distance("same", "same") == 0);
}

TEST_CASE("the nearest name is found for a typo, but not for an unrelated word") {
  const std::vector<std::string> known{"train", "eval", "predict", "tokenize"};
  CHECK(nearest_name("tarin", known) == "train");
  CHECK(nearest_name("predcit", known) == "predict");
  CHECK_FALSE(nearest_name("quantise", known).has_value());
}

TEST_CASE("a table row is found by name, and the error for an unknown name lists the known ones") {
  struct Row {
    std::string_view name;
    int value;
  };
  constexpr Row kRows[] = {{"linear", 1}, {"cosine", 2}};
  CHECK(find_row(kRows, "schedule", "cosine").value == 2);
  const Error error = expect_error([&] { find_row(kRows, "schedule", "cosin"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "unknown schedule \"cosin\"");
  CHECK(error.hint() == "did you mean \"cosine\"? known: linear, cosine");
}
