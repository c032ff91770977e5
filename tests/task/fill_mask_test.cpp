// Compares answers with transformers' pipeline (tests/fixtures/make_objective_fixtures.py).
#include "task/fill_mask.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/json.h"
#include "expect_error.h"
#include "model/load.h"
#include "parity/parity_fixture.h"
#include "task/classifier_input.h"

namespace fill_mask_test {

using namespace hone;

std::filesystem::path folder() { return fixture_models().parent_path() / "fill_mask"; }

struct Asked {
  std::shared_ptr<model::Model> model;
  text::Tokenizer tokenizer;
  std::unique_ptr<task::Task> task;
};

Asked loaded(const std::vector<std::string>& targets = {}) {
  model::ModelRequest request;
  request.model_dir = {folder()};
  request.head = "masked-lm";
  task::TaskOptions options;
  options.fill_mask.targets = targets;
  const model::LoadedModel read = model::load_model(request);
  Asked asked{read.model, text::Tokenizer::load(folder()),
              task::make_fill_mask(options, read.config, task::Purpose::kUseTrained)};
  asked.task->use_model({.model = asked.model, .tokenizer = asked.tokenizer, .folder = folder()});
  return asked;
}

Json answer(const Asked& asked, const std::string& text, std::optional<int64_t> top_k = {}) {
  const task::Question question = task::make_question(asked.tokenizer, text, std::nullopt, {});
  const task::Question* const one = &question;
  const auto outputs = asked.task->outputs(*asked.model, {&one, 1});
  return asked.task->answer(question, outputs.front(), {.top_k = top_k})->json()["masks"];
}

void check_guesses(const Json& given, const Json& expected) {
  REQUIRE(given.size() == expected.size());
  for (size_t mask = 0; mask < given.size(); ++mask) {
    REQUIRE(given[mask].size() == expected[mask].size());
    for (size_t i = 0; i < given[mask].size(); ++i) {
      const Json &guess = given[mask][i], &wanted = expected[mask][i];
      CHECK(std::abs(guess["score"].get<double>() - wanted["score"].get<double>()) < 1e-6);
      for (const char* key : {"token", "token_str", "sequence"}) CHECK(guess[key] == wanted[key]);
    }
  }
}

TEST_CASE("guesses equal those of transformers' pipeline") {
  const Json expected = read_json(folder() / "answers.json");
  const Asked model = loaded();
  const std::string one = expected["texts"]["one"], two = expected["texts"]["two"];
  check_guesses(answer(model, one), expected["one"]);
  check_guesses(answer(model, two, 3), expected["two"]);
  check_guesses(answer(loaded({"\xE4\xB8\xAD", "\xE4\xBA\xAC"}), one), expected["targets"]);
}

TEST_CASE("the loss at the hidden place is minus the logarithm of its character's probability") {
  const Json expected = read_json(folder() / "answers.json");
  const Json guesses = answer(loaded({"\xE4\xB8\xAD"}), expected["texts"]["one"]);
  const double loss = -std::log(guesses[0][0]["score"].get<double>());
  CHECK(loss == doctest::Approx(expected["by_hand"].get<double>()).epsilon(1e-6));
  CHECK(loss == doctest::Approx(expected["loss"].get<double>()).epsilon(1e-6));
}

TEST_CASE("a text without mask and a target of several tokens are errors") {
  const Asked model = loaded();
  const Error none = expect_error([&] { answer(model, "\xE5\x8C\x97\xE4\xBA\xAC"); });
  CHECK(none.kind() == ErrorKind::kInput);
  CHECK(std::string(none.what()).find("there is no [MASK]") != std::string::npos);
  CHECK(std::string(expect_error([] { loaded({"\xE5\x8C\x97\xE4\xBA\xAC"}); }).what()).find("2 tokens") !=
        std::string::npos);
  CHECK(std::string(expect_error([] { loaded({"x"}); }).what()).find("not in the vocabulary") != std::string::npos);
}

}  // namespace fill_mask_test
