#include "task/entity_answers.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "eval/metrics_fixture.h"
#include "expect_error.h"

namespace entity_answers_test {

using namespace hone;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  return loaded;
}

// Read as the fixture's texts were: windows only if it has a stride.
task::Question question_of(const std::string& text, size_t max_length = 40, int64_t stride = 0) {
  return task::make_question(
      tokenizer(), text, {},
      {{.max_length = max_length, .with_offsets = true}, {.long_text = "windows", .doc_stride = stride}});
}

task::Outputs outputs_of(const Json& windows) {
  task::Outputs outputs;
  for (const Json& window : windows) {
    std::vector<float>& values = outputs.windows.emplace_back();
    for (const Json& token : window) {
      for (const Json& value : token) values.push_back(value.get<float>());
    }
  }
  return outputs;
}

const metric::TagSet& bio() {
  static const metric::TagSet tags({"O", "B-place", "I-place", "B-person", "I-person"});
  return tags;
}

// Outputs of one window whose tokens, apart from [CLS] and [SEP], have these tags with the logit `sure`.
task::Outputs tagged(const metric::TagSet& tags, const std::vector<std::string>& names, float sure = 9) {
  std::vector<float> values(tags.size());
  for (const std::string& name : names) {
    const size_t begin = values.size();
    values.resize(begin + tags.size());
    values[begin + tags.id(name).value()] = sure;
  }
  values.resize(values.size() + tags.size());
  return {{std::move(values)}};
}

std::vector<std::string> found(const metric::TagSet& tags, const std::string& text,
                               const std::vector<std::string>& names, task::AnswerOptions options = {}) {
  const task::Question question = question_of(text);
  std::vector<std::string> list;
  for (const Json& entity : task::entity_answer(tags, question, tagged(tags, names), options)->response()) {
    list.push_back(entity["entity_group"].get<std::string>() + ": " + entity["word"].get<std::string>());
  }
  return list;
}

using Names = std::vector<std::string>;

TEST_CASE("entities equal those of transformers' pipeline under each strategy, in one window and in several") {
  const Json fixture = read_json(fixtures() / "entity_answers.json");
  const metric::TagSet tags(fixture["labels"].get<Names>());
  for (const Json& given : fixture["cases"]) {
    const std::string text = given["text"];
    const task::Question question = question_of(text, given["max_length"], given["stride"]);
    const task::Outputs outputs = outputs_of(given["logits"]);
    REQUIRE(question.windows.size() == outputs.windows.size());
    for (const auto& [strategy, expected] : given["entities"].items()) {
      CAPTURE(text);
      CAPTURE(strategy);
      const Json entities =
          task::entity_answer(tags, question, outputs, {.aggregation_strategy = strategy, .merges_windows = true})
              ->response();
      REQUIRE(entities.size() == expected.size());
      for (size_t i = 0; i < entities.size(); ++i) {
        Json entity = entities[i], right = expected[i];
        CHECK(std::abs(entity["score"].get<double>() - right["score"].get<double>()) < 1e-6);
        entity.erase("score");
        right.erase("score");
        CHECK(entity == right);
      }
    }
  }
}

TEST_CASE(
    "the outputs of a token are averaged over the windows that hold it, so an entity may be longer than a window") {
  // Windows [CLS] good bad [SEP], [CLS] bad movie [SEP]: the second one alone takes "bad" for a place.
  const task::Question question = question_of("good bad movie", 4, 1);
  REQUIRE(question.windows.size() == 2);
  task::Outputs outputs;
  outputs.windows.push_back(tagged(bio(), {"B-person", "I-person"}, 6).windows[0]);
  outputs.windows.push_back(tagged(bio(), {"B-place", "I-person"}, 4).windows[0]);
  const Json entities = task::entity_answer(bio(), question, outputs, {})->response();
  REQUIRE(entities.size() == 1);
  CHECK(entities[0]["entity_group"] == "person");
  CHECK(entities[0]["word"] == "good bad movie");
  const double good = std::exp(6.0) / (std::exp(6.0) + 4), movie = std::exp(4.0) / (std::exp(4.0) + 4);
  const double bad = std::exp(3.0) / (std::exp(3.0) + std::exp(2.0) + 3);  // the means of 6 and 0, and of 0 and 4
  CHECK(entities[0]["score"].get<double>() == doctest::Approx((good + bad + movie) / 3).epsilon(1e-6));
  const Json merged = task::entity_answer(bio(), question, outputs, {.merges_windows = true})->response();
  CHECK(merged[0]["word"] == "good bad");  // the longest of those that overlap, of equal ones the more likely
}

TEST_CASE("an answer has its forms: JSON, a line for people, a csv cell") {
  const task::Question question = question_of("good bad movie");
  const auto answer = task::entity_answer(bio(), question, tagged(bio(), {"B-person", "I-person", "O"}), {});
  const Json json = answer->json();
  REQUIRE(json["entities"].size() == 1);
  CHECK(json["entities"][0]["word"] == "good bad");
  CHECK(json["entities"][0]["start"] == 0);
  CHECK(json["entities"][0]["end"] == 8);
  CHECK(answer->text() == "person: good bad 0.9995");
  CHECK(std::get<std::string>(answer->cells().at(0)) == answer->response().dump());
  CHECK(task::entity_answer(bio(), question, tagged(bio(), {"O", "O", "O"}), {})->text() == "no entities");
}

TEST_CASE("ignore_labels decides what is left out; an unknown strategy is an error") {
  CHECK(found(bio(), "good bad movie", {"B-person", "O", "B-place"}, {.ignore_labels = {"person", "O"}}) ==
        Names{"place: movie"});
  CHECK(found(bio(), "good bad movie", {"B-person", "O", "O"}, {.ignore_labels = {}}) ==
        Names{"person: good", "O: bad movie"});
  const Error error = expect_error([] { found(bio(), "good", {"O"}, {.aggregation_strategy = "frist"}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "frist"));
}

TEST_CASE("B- begins a new entity; other schemes end them, and tags without a prefix join their neighbours") {
  CHECK(found(bio(), "good bad fun", {"B-person", "B-person", "I-person"}) == Names{"person: good", "person: bad fun"});
  CHECK(found(bio(), "good bad fun", {"I-person", "I-person", "I-place"}) == Names{"person: good bad", "place: fun"});
  const metric::TagSet bioes({"B-x", "E-x", "I-x", "O", "S-x"});
  CHECK(found(bioes, "good bad fun movie", {"B-x", "E-x", "S-x", "S-x"}) == Names{"x: good bad", "x: fun", "x: movie"});
  const metric::TagSet io({"O", "place"});
  CHECK(found(io, "good bad fun", {"place", "place", "O"}) == Names{"place: good bad"});
}

TEST_CASE("constrained decoding reaches the answer") {
  const task::Question question = question_of("good bad");
  task::Outputs outputs = tagged(bio(), {"O", "I-person"}, 4);
  outputs.windows[0][2 * 5 + 3] = 3;  // B-person
  const auto answer = [&](bool constrained) {
    return task::entity_answer(bio(), question, outputs,
                               {.aggregation_strategy = "none", .constrained_decoding = constrained})
        ->response()[0]["entity"];
  };
  CHECK(answer(false) == "I-person");
  CHECK(answer(true) == "B-person");
}

TEST_CASE("an explanation follows the probability of a type in a part of the text, wherever a variant moves it") {
  const std::string text = "good bad movie";
  const task::Question whole = question_of(text);
  const auto followed = task::followed_entity(bio(), {.label = "person", .start = 5, .end = 8}, whole);
  CHECK(followed->label() == "person");
  const task::Outputs outputs = tagged(bio(), {"O", "B-person", "O"});
  CHECK(followed->of(whole, outputs, {}) == doctest::Approx(0.99963).epsilon(1e-4));
  // Without "good " the part is the first word.
  CHECK(followed->of(question_of("bad movie"), tagged(bio(), {"B-person", "O"}), {0, {0, 5}}) ==
        doctest::Approx(0.99963).epsilon(1e-4));
  CHECK(followed->of(question_of("bad movie"), tagged(bio(), {"O", "B-person"}), {0, {0, 5}}) < 0.01);
  CHECK(followed->of(question_of("good movie"), tagged(bio(), {"B-person", "O"}), {0, {4, 8}}) ==
        0);  // the part itself
}

TEST_CASE("an explanation needs a label of the model and a part of the text") {
  const task::Question question = question_of("\xE9\x85\x92 good");
  const auto refused = [&](const task::ExplainOptions& options) {
    const Error error = expect_error([&] { task::followed_entity(bio(), options, question); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return std::string(error.what());
  };
  CHECK(refused({}) == "label is missing");
  CHECK(refused({.label = "persn", .start = 0, .end = 1}) == "unknown label \"persn\"");
  CHECK(refused({.label = "person", .end = 1}) == "start is missing");
  CHECK(refused({.label = "person", .start = 2}) == "end is missing");
  CHECK(refused({.label = "person", .start = 3, .end = 3}) == "the text has no part from 3 to 3");
  CHECK(refused({.label = "person", .start = 0, .end = 7}) == "the text has no part from 0 to 7");
  CHECK_NOTHROW(task::followed_entity(bio(), {.label = "person", .start = 0, .end = 6}, question));
}

}  // namespace entity_answers_test
