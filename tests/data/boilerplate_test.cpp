#include "data/boilerplate.h"

#include <doctest/doctest.h>

namespace boilerplate_test {

using namespace hone::data;

std::vector<Boilerplate> found_in(const std::vector<std::string>& texts) {
  return find_boilerplate(texts.size(), [&](uint64_t row, std::string&) { return std::string_view(texts[row]); }, 10);
}

TEST_CASE("a sentence that many rows share is found wherever it begins and ends") {
  for (const char* const end : {". ", "! ", "? ", "\n", ".\n"}) {
    std::vector<std::string> texts;
    for (int row = 0; row < 24; ++row) {
      const std::string own = "Row " + std::string(static_cast<size_t>(row), 'x') + ".5 of caf\xC3\xA9s";
      texts.push_back(own + end + "All rights are reserved" + end + "The end of " + own);
    }
    CAPTURE(end);
    const std::vector<Boilerplate> found = found_in(texts);
    REQUIRE(found.size() == 1);
    CHECK(found[0].sentence.starts_with("All rights are reserved"));
    CHECK(found[0].rows == 24);
  }
}

TEST_CASE("the most frequent sentences come first, and the rest of the limit is filled with equally frequent ones") {
  std::vector<std::string> texts;
  for (int row = 0; row < 40; ++row) {
    std::string text = "Row number " + std::to_string(row) + " has this. ";
    for (int i = 0; i < 14; ++i) {
      if (row < 20 || i == 12) text += "Sentence that is common, number " + std::to_string(i) + ". ";
    }
    texts.push_back(text + "Once " + std::to_string(row));
  }
  const std::vector<Boilerplate> found = found_in(texts);
  REQUIRE(found.size() == 10);
  CHECK(found[0].sentence == "Sentence that is common, number 12.");
  CHECK(found[0].rows == 40);
  for (size_t i = 1; i < found.size(); ++i) {
    CHECK(found[i].rows == 20);
    CHECK(found[i].first_row == 0);
    // Any order would do, but it stays the same in every version.
    if (i > 1) CHECK(std::hash<std::string>()(found[i - 1].sentence) < std::hash<std::string>()(found[i].sentence));
  }
}

TEST_CASE("Chinese sentences end at their own marks") {
  std::vector<std::string> texts;
  for (int row = 0; row < 12; ++row) {
    texts.push_back("\xE5\xA5\xBD" + std::to_string(row) +
                    "\xE3\x80\x82\xE7\x89\x88\xE6\x9D\x83\xE6\x89\x80\xE6\x9C\x89\xE7\x89\x88\xEF\xBC\x81\xE5\xA5\xBD");
  }
  const std::vector<Boilerplate> found = found_in(texts);
  REQUIRE(found.size() == 1);
  CHECK(found[0].sentence == "\xE7\x89\x88\xE6\x9D\x83\xE6\x89\x80\xE6\x9C\x89\xE7\x89\x88\xEF\xBC\x81");
}

}  // namespace boilerplate_test
