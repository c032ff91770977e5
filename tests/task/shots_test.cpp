#include "task/shots.h"

#include <doctest/doctest.h>

#include <set>

#include "expect_error.h"
#include "table/permutation.h"
#include "task/language_tasks_fixture.h"
#include "temporary_folder.h"

namespace shots_test {

using namespace hone;
using task::Shot;

struct ShotFile {
  TemporaryFolder folder;
  task::PromptOptions options;

  explicit ShotFile(const std::string& csv) {
    options.labels = {"bad", "good"};
    options.shots = 4;
    options.shots_from = folder.write("shots.csv", csv);
  }
  task::Shots shots(const std::string& choice) {
    options.shots_choice = choice;
    return {options, {}};
  }
  std::string problem(const std::string& choice) {
    return expect_error([&] { shots(choice); }).what();
  }
};

constexpr const char* kRows = "text,label\na,0\nb,1\nc,0\nd,1\ne,1\nf,0\n,1\ng,1\n";

std::string texts_of(const std::vector<Shot>& shots) {
  std::string texts;
  for (const Shot& shot : shots) texts += shot.text;
  return texts;
}

TEST_CASE("shots are the first rows, or random ones in numpy's order, with their labels' names") {
  ShotFile file(kRows);
  const std::vector<Shot> first = file.shots("first").fixed();
  CHECK(texts_of(first) == "abcd");
  CHECK(first[0].label == "bad");
  CHECK(first[1].label == "good");
  file.options.shots_seed = 7;
  std::string expected;
  for (const uint64_t row : table::permutation(7, 7)) expected += "abcdefg"[row];
  CHECK(texts_of(file.shots("random").fixed()) == expected.substr(0, 4));
  CHECK(file.shots("random").are_fixed());
}

TEST_CASE("balanced shots have equally many rows of each label, the first labels one more") {
  ShotFile file(kRows);
  const auto count = [](const std::vector<Shot>& shots, std::string_view label) {
    return std::ranges::count_if(shots, [&](const Shot& shot) { return shot.label == label; });
  };
  for (uint64_t seed = 0; seed < 20; ++seed) {
    file.options.shots_seed = seed;
    file.options.shots = 4;
    const std::vector<Shot> four = file.shots("balanced").fixed();
    CHECK(count(four, "bad") == 2);
    CHECK(count(four, "good") == 2);
    file.options.shots = 5;
    CHECK(count(file.shots("balanced").fixed(), "bad") == 3);
  }
  file.options.shots = 8;
  CHECK(file.problem("balanced") == "8 shots of " + file.options.shots_from.string() + ", but there are 7");
  file.options.shots = 7;
  CHECK(file.problem("balanced") ==
        "4 shots of the label bad in " + file.options.shots_from.string() + ", but there are 3");
}

TEST_CASE("options that contradict each other, and labels that nobody names, are errors") {
  ShotFile file(kRows);
  file.options.embedding_model = "x";
  CHECK(file.problem("random") == "embedding_model is given, and no text is compared with others");
  file.options.embedding_model.clear();
  file.options.shots = 0;
  CHECK(file.problem("random") == "shots_from is given, and shots is 0");
  file.options.shots = 2;
  file.options.shots_from.clear();
  CHECK(file.problem("random") == "shots is 2, and there are no rows to take them from");
  ShotFile unknown("text,label\na,good\nb,fine\nc,bad\nd,bad\n");
  CHECK(contains(unknown.problem("first"), "shots.csv:3: label \"fine\" is not one of bad, good"));
}

TEST_CASE("the nearest shots are those with the most similar embeddings, the most similar last, without the text") {
  if (lacks_story_model()) return;
  const std::vector<std::string> texts = {"The cat sat on the mat.", "A dog ran to the park.",
                                          "It was raining all day.", "The cat sat on the bed.", "She ate a red apple."};
  std::string csv = "text,label\n";
  for (const std::string& text : texts) csv += text + ",good\n";
  ShotFile file(csv);
  file.options.shots = 2;
  task::Shots shots = file.shots("nearest");
  CHECK_FALSE(shots.are_fixed());
  const task::TextEmbedder embedder(language_model(story_model_folder()), text::Tokenizer::load(story_model_folder()));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const at::Tensor vectors = embedder.embed(views, "texts");
  CHECK(vectors.sizes() == at::IntArrayRef({5, vectors.size(1)}));
  const auto dot = [&](size_t a, size_t b) {
    const float* const values = vectors.const_data_ptr<float>();
    const auto width = static_cast<size_t>(vectors.size(1));
    double sum = 0;
    for (size_t i = 0; i < width; ++i) sum += values[a * width + i] * values[b * width + i];
    return sum;
  };
  for (size_t row = 0; row < texts.size(); ++row) CHECK(dot(row, row) == doctest::Approx(1).epsilon(1e-5));
  const auto chosen = shots.nearest(views, embedder, "texts");
  REQUIRE(chosen.size() == texts.size());
  for (size_t row = 0; row < texts.size(); ++row) {
    std::vector<std::pair<double, std::string>> others;
    for (size_t other = 0; other < texts.size(); ++other) {
      if (other != row) others.emplace_back(-dot(row, other), texts[other]);
    }
    std::ranges::sort(others);
    REQUIRE(chosen[row].size() == 2);
    CHECK(chosen[row][1].text == others[0].second);
    CHECK(chosen[row][0].text == others[1].second);
  }
  CHECK(chosen[0][1].text == "The cat sat on the bed.");
  file.options.shots = 5;
  task::Shots all = file.shots("nearest");
  CHECK(contains(expect_error([&] { all.nearest(views, embedder, "texts"); }).what(), "but there are 4"));
}

}  // namespace shots_test
