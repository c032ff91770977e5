#include "task/number_answers.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace hone;

using Names = std::vector<std::string>;

TEST_CASE("a single number is the score, several have the names of their targets") {
  const Names one = {"LABEL_0"}, two = {"valence", "arousal"};
  const auto single = task::number_answer(one, {{{4.2f}}});
  CHECK(single->json().dump() == R"({"score":4.2})");
  CHECK(single->response() == single->json());
  CHECK(single->text() == "4.2000");
  CHECK((single->cells() == std::vector<table::Value>{4.2}));
  CHECK(task::number_answer_columns(one) == Names{"score"});
  CHECK(task::number_answer_members(one) == Names{"score"});
  const auto several = task::number_answer(two, {{{1.5f, -0.25f}}});
  CHECK(several->json().dump() == R"({"scores":{"valence":1.5,"arousal":-0.25}})");
  CHECK(several->text() == "valence 1.5000, arousal -0.2500");
  CHECK((several->cells() == std::vector<table::Value>{1.5, -0.25}));
  CHECK(task::number_answer_columns(two) == Names{"score_valence", "score_arousal"});
  CHECK(task::number_answer_members(two) == Names{"scores"});
}

TEST_CASE("the number of a long text is the mean over its windows") {
  const Names names = {"LABEL_0"};
  CHECK(task::number_answer(names, {{{1}, {2}, {6}}})->json()["score"] == 3.0);
}

TEST_CASE("an explanation follows the number itself") {
  const auto followed = task::followed_number();
  CHECK(followed->label() == "score");
  CHECK(followed->of({}, {{{1}, {2}}}, {}) == 1.5);
}
