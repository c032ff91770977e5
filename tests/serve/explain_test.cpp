#include "serve/explain.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "eval/metrics_fixture.h"

namespace explain_test {

using namespace hone;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  return loaded;
}

std::vector<int32_t> ids(const std::string& text, size_t max_length = 40) {
  return tokenizer().encode(text, {.max_length = max_length}).ids;
}

serve::Variants leave_words_out(const std::string& text, size_t max_length, size_t max_tokens) {
  return serve::leave_words_out(tokenizer(), text, {.encode = {.max_length = max_length}}, max_tokens);
}

const std::vector<int32_t>& ids_of(const serve::Variants& variants, size_t index) {
  return variants.questions[index].windows.front().ids;
}

// Outputs whose score, the second number, is followed.
std::vector<task::Outputs> outputs(const std::vector<float>& scores) {
  std::vector<task::Outputs> outputs;
  for (size_t i = 0; i < scores.size(); i += 2) outputs.push_back({{{scores[i], scores[i + 1]}}});
  return outputs;
}

struct SecondOutput final : task::FollowedScore {
  std::string label() const override { return "B"; }
  double of(const task::Question&, const task::Outputs& own, const task::Cut&) const override {
    return own.windows.front()[1];
  }
};

std::vector<std::string> parts(std::string_view text, const serve::Variants& variants) {
  std::vector<std::string> result;
  for (const text::Offset& part : variants.parts) result.emplace_back(text.substr(part.begin, part.end - part.begin));
  return result;
}

using Words = std::vector<std::string>;

TEST_CASE("each variant omits one word of the original text") {
  const std::string text = "A very bad film, and boring!";
  const serve::Variants variants = leave_words_out(text, 40, 16384);
  CHECK(variants.words_per_group == 1);
  CHECK(parts(text, variants) == Words{"A", "very", "bad", "film", "and", "boring"});
  REQUIRE(variants.questions.size() == 7);
  CHECK(ids_of(variants, 0) == ids(text));
  CHECK(ids_of(variants, 1) == ids("very bad film, and boring!"));
  CHECK(ids_of(variants, 2) == ids("A bad film, and boring!"));
  CHECK(ids_of(variants, 4) == ids("A very bad, and boring!"));
  CHECK(ids_of(variants, 6) == ids("A very bad film, and!"));
}

TEST_CASE("if there are too many words for the token limit, each variant omits a group of neighbours") {
  const std::string text = "it was not bad, it was good fun";
  const size_t tokens = ids(text).size();
  const serve::Variants variants = leave_words_out(text, 40, 4 * tokens);
  CHECK(variants.words_per_group == 3);
  CHECK(parts(text, variants) == Words{"it was not", "bad, it was", "good fun"});
  CHECK(variants.questions.size() == 4);
  CHECK(ids_of(variants, 2) == ids("it was not good fun"));
  const serve::Variants least = leave_words_out(text, 40, 1);
  CHECK(least.words_per_group == 8);
  CHECK(least.parts.size() == 1);
  CHECK(ids_of(least, 1) == ids(""));
}

TEST_CASE("of a truncated text, only words that the model reads are omitted, and later tokens move up") {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += i % 2 == 0 ? "good " : "movie ";
  const serve::Variants variants = leave_words_out(text, 10, 16384);
  CHECK(parts(text, variants) == Words{"good", "movie", "good", "movie", "good", "movie", "good", "movie"});
  CHECK(variants.questions[0].windows[0].num_cut == 2992);
  CHECK(ids_of(variants, 0) == ids(text, 10));
  CHECK(ids_of(variants, 1) == ids("movie good movie good movie good movie good", 10));
  CHECK(ids_of(variants, 8) == ids("good movie good movie good movie good good", 10));
  for (const task::Question& question : variants.questions) CHECK(question.num_tokens() == 10);
}

TEST_CASE("words that the model does not read are not omitted, however it reads long texts") {
  const std::string kinds[] = {"good", "bad", "movie"};
  std::string text;
  for (size_t i = 0; i < 1000; ++i) text += kinds[i % 3] + " ";
  const auto variants_of = [&](const char* how) {
    return serve::leave_words_out(tokenizer(), text, {{.max_length = 10}, {.long_text = how, .max_windows = {}}},
                                  16384);
  };
  const serve::Variants tail = variants_of("tail"), both = variants_of("head-tail");
  REQUIRE(tail.parts.size() == 8);
  CHECK(tail.parts.back().end == text.size() - 1);
  REQUIRE(both.parts.size() == 8);
  CHECK(parts(text, both)[1] == "bad");
  CHECK(both.parts[2].begin > text.size() / 2);
  // Without the last word, the head stays, and the tail begins one word earlier.
  const std::vector<int32_t>& whole = ids_of(both, 0);
  const std::vector<int32_t>& variant = ids_of(both, 8);
  CHECK(std::equal(whole.begin(), whole.begin() + 3, variant.begin()));
  CHECK(std::equal(whole.begin() + 3, whole.end() - 2, variant.begin() + 4));
  for (const serve::Variants& variants : {tail, both}) {
    for (const task::Cut& cut : variants.cuts) {
      CHECK(cut.lacks.begin < cut.lacks.end);
      CHECK(cut.lacks.end <= text.size());
    }
  }
  // One word of very many tokens, of which the model reads the last ones.
  std::string number;
  for (int i = 0; i < 2000; ++i) number += "1,";
  for (const char* how : {"head", "tail", "head-tail"}) {
    const serve::Variants of_number = serve::leave_words_out(
        tokenizer(), number + "1", {{.max_length = 10}, {.long_text = how, .max_windows = {}}}, 16384);
    for (const task::Cut& cut : of_number.cuts) CHECK(cut.lacks.end <= number.size() + 1);
  }
  const serve::Variants windows = variants_of("windows");
  CHECK(windows.parts.back().end < text.size() / 2);  // 16 windows of 8 tokens, which share 2
  CHECK(windows.questions[1].windows.size() == 16);
}

TEST_CASE("a text without words has no variants") {
  for (const std::string text : {"", "...", "   "}) {
    const serve::Variants variants = leave_words_out(text, 40, 16384);
    CHECK(variants.questions.size() == 1);
    const Json json = serve::explanation_json(variants, SecondOutput(), variants.questions, outputs({0.2f, 0.8f}));
    CHECK(json.dump() ==
          R"({"label":"B","score":0.8,"method":"leave-one-word-out","words_per_group":1,"words":[],"near_ties":[]})");
  }
}

TEST_CASE("a weight is the decrease of the label's score, and positions count code points") {
  const std::string text = "\xE5\xA5\xBD\xF0\x9F\x91\x8D ok";
  serve::Variants variants;
  variants.parts = {{0, 3}, {3, 7}, {8, 10}};
  const std::vector<float> scores = {0.25f, 0.75f, 0.5f, 0.5f, 0.25f, 0.75f, 0.125f, 0.875f};
  variants.cuts.resize(3);
  variants.questions.assign(4, task::Question{.text = text});
  const Json json = serve::explanation_json(variants, SecondOutput(), variants.questions, outputs(scores));
  CHECK(json["score"] == 0.75);
  const Json& words = json["words"];
  REQUIRE(words.size() == 3);
  CHECK(words[0].dump() == R"({"text":")"
                           "\xE5\xA5\xBD"
                           R"(","start":0,"stop":1,"weight":0.25})");
  CHECK(words[1]["start"] == 1);
  CHECK(words[1]["stop"] == 2);
  CHECK(words[1]["weight"] == 0.0);
  CHECK(words[2].dump() == R"({"text":"ok","start":3,"stop":5,"weight":-0.125})");
}

}  // namespace explain_test
