#include "task/outputs.h"

#include <doctest/doctest.h>

#include <cmath>

#include "eval/metrics_fixture.h"
#include "model/load.h"

namespace outputs_test {

using namespace hone;

struct Tiny {
  model::LoadedModel loaded;
  std::vector<task::Question> questions;
};

Tiny tiny(std::string_view head = "sequence") {
  model::ModelRequest request{fixtures() / "models" / "tiny-bert"};
  request.head = head;
  Tiny made{model::load_model(request), {}};
  const auto tokenizer = text::Tokenizer::load(request.model_dir.path);
  for (const Json& text : metrics_fixture()["models"]["tiny-bert"]["texts"]) {
    made.questions.push_back(
        task::make_question(tokenizer, text.get<std::string>(), {}, {.encode = {.max_length = 40}}));
  }
  return made;
}

TEST_CASE("the outputs of a question do not depend on the other questions of its batch") {
  const Tiny made = tiny();
  std::vector<const task::Question*> all;
  for (const task::Question& question : made.questions) all.push_back(&question);
  const std::vector<task::Outputs> together = task::compute_outputs(*made.loaded.model, all);
  REQUIRE(together.size() == all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const task::Outputs alone = task::compute_outputs(*made.loaded.model, {&all[i], 1}).front();
    REQUIRE(alone.windows.front().size() == 3);
    for (size_t k = 0; k < 3; ++k) CHECK(std::abs(alone.windows[0][k] - together[i].windows[0][k]) < 1e-6);
  }
}

TEST_CASE("each window has outputs of its own, and a question without windows has none") {
  const Tiny made = tiny();
  const task::Question long_text{.windows = {made.questions[0].windows[0], made.questions[1].windows[0]}};
  const task::Question empty;
  const task::Question* const asked[] = {&long_text, &empty, &made.questions[1]};
  const std::vector<task::Outputs> outputs = task::compute_outputs(*made.loaded.model, asked);
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[0].windows.size() == 2);
  CHECK(outputs[1].windows.empty());
  for (size_t k = 0; k < 3; ++k) CHECK(std::abs(outputs[0].windows[1][k] - outputs[2].windows[0][k]) < 1e-6);
}

TEST_CASE("a head that reads tokens gives a row of outputs for each token") {
  const Tiny made = tiny("token");
  const task::Question* const asked[] = {&made.questions[0], &made.questions[1]};
  const std::vector<task::Outputs> outputs = task::compute_outputs(*made.loaded.model, asked);
  for (size_t i = 0; i < 2; ++i) CHECK(outputs[i].windows[0].size() == made.questions[i].num_tokens() * 3);
}

}  // namespace outputs_test
