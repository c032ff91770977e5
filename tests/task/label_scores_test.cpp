// Expected sums of log-probabilities come from transformers (tests/fixtures/make_language_task_fixture.py).
#include "task/label_scores.h"

#include <doctest/doctest.h>

#include "task/language_tasks_fixture.h"

namespace label_scores_test {

using namespace hone;
using task::PromptTokens;

std::vector<const PromptTokens*> pointers(const std::vector<PromptTokens>& prompts) {
  std::vector<const PromptTokens*> all;
  for (const PromptTokens& prompt : prompts) all.push_back(&prompt);
  return all;
}

void check_sums(const std::vector<std::vector<double>>& sums, const Json& expected) {
  REQUIRE(sums.size() == expected.size());
  for (size_t row = 0; row < sums.size(); ++row) {
    REQUIRE(sums[row].size() == expected[row].size());
    for (size_t label = 0; label < sums[row].size(); ++label) {
      CHECK(sums[row][label] == doctest::Approx(expected[row][label].get<double>()).epsilon(1e-5));
    }
  }
}

TEST_CASE("the log-likelihoods of labels are transformers' in every kind of decoder, alone and together") {
  for (const auto& [name, made] : language_tasks_fixture()["models"].items()) {
    CAPTURE(name);
    task::LabelScorer scorer(language_model(std::string(HONE_SOURCE_DIR) + "/tests/fixtures/causal_lm/" + name));
    std::vector<PromptTokens> prompts;
    for (const Json& ids : made["prompts"]) {
      PromptTokens prompt;
      prompt.prompt.ids = ids.get<std::vector<int32_t>>();
      prompt.labels = made["labels"].get<std::vector<std::vector<int32_t>>>();
      prompts.push_back(std::move(prompt));
    }
    const auto all = pointers(prompts);
    check_sums(scorer.log_likelihoods(all), made["log_likelihoods"]);
    // The cache now holds the beginning of all prompts.
    check_sums(scorer.log_likelihoods(all), made["log_likelihoods"]);
    for (size_t row = 0; row < all.size(); ++row) {
      check_sums(scorer.log_likelihoods(std::span(all).subspan(row, 1)), Json::array({made["log_likelihoods"][row]}));
    }
    CHECK(scorer.log_likelihoods({}).empty());
  }
}

TEST_CASE("many prompts and labels that do not fit in the cache at once are computed in groups") {
  const Json made = language_tasks_fixture()["models"]["llama"];
  const auto model = language_model(HONE_SOURCE_DIR "/tests/fixtures/causal_lm/llama");
  std::vector<PromptTokens> prompts(200);
  for (size_t row = 0; row < prompts.size(); ++row) {
    prompts[row].prompt.ids = made["prompts"][row % 3].get<std::vector<int32_t>>();
    for (int i = 0; i < 4; ++i) {
      for (const Json& label : made["labels"]) prompts[row].labels.push_back(label.get<std::vector<int32_t>>());
    }
  }
  // A prompt of one token without anything in common with the others.
  prompts[77].prompt.ids = {5};
  task::LabelScorer scorer(model), alone(model);
  const auto sums = scorer.log_likelihoods(pointers(prompts));
  REQUIRE(sums.size() == prompts.size());
  for (size_t row = 0; row < prompts.size(); ++row) {
    const PromptTokens* const one = &prompts[row];
    const std::vector<double> expected = alone.log_likelihoods({&one, 1}).front();
    for (size_t label = 0; label < expected.size(); ++label) {
      CHECK(sums[row][label] == doctest::Approx(expected[label]).epsilon(1e-5));
    }
  }
}

TEST_CASE("the log-likelihoods of texts are transformers'") {
  if (lacks_story_model()) return;
  task::LabelScorer scorer(language_model(story_model_folder()));
  for (const Json& prompt : language_tasks_fixture()["prompts"]) {
    const task::PromptEncoder encoder(prompt_options(prompt), text::Tokenizer::load(story_model_folder()), std::nullopt,
                                      512);
    std::vector<PromptTokens> prompts;
    Json expected = Json::array();
    for (const Json& row : prompt["rows"]) {
      prompts.push_back(encoder.encode(row["text"].get<std::string>(), std::nullopt, shots_of(prompt)));
      expected.push_back(row["log_likelihoods"]);
    }
    check_sums(scorer.log_likelihoods(pointers(prompts)), expected);
  }
}

TEST_CASE("a mean is that of the label's own tokens") {
  PromptTokens prompt;
  prompt.labels = {{1, 2}, {3}, {4, 5, 6}};
  CHECK(task::label_scores("mean", {-3, -2, -6}, prompt) == std::vector<double>{-1.5, -2, -2});
  CHECK(task::label_scores("sum", {-3, -2, -6}, prompt) == std::vector<double>{-3, -2, -6});
}

}  // namespace label_scores_test
