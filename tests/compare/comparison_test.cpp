// The models are the tiny random llama of tests/fixtures/causal_lm, with a tokenizer of words.
#include "compare/comparison.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/terminal.h"
#include "compare/report.h"
#include "compare/word_tokenizer.h"
#include "expect_error.h"

namespace comparison_test {

using namespace hone;
using compare::Ending;
using compare::Language;
namespace fs = std::filesystem;

constexpr const char* kChatMl =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + ' ' + m.content + '<|im_end|> ' }}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>user {% endif %}";

class Models {
 public:
  fs::path make(const std::string& name, const Json& stop_ids, const std::string& chat_template = "") const {
    const fs::path fixture = fs::path(HONE_SOURCE_DIR) / "tests/fixtures/causal_lm/llama";
    for (const char* file : {"config.json", "model.safetensors"}) {
      folder_.write(name + "/" + file, read_file(fixture / file));
    }
    folder_.write(name + "/tokenizer.json", word_tokenizer_json());
    if (!chat_template.empty()) folder_.write(name + "/chat_template.jinja", chat_template);
    folder_.write(name + "/generation_config.json", Json{{"eos_token_id", stop_ids}}.dump());
    return folder_.path() / name;
  }

 private:
  TemporaryFolder folder_;
};

compare::Settings settings(int64_t max_new_tokens) {
  compare::Settings settings;
  settings.generation.max_new_tokens = max_new_tokens;
  settings.max_batch_tokens = 1024;
  return settings;
}

TEST_CASE("a model that names the token that it writes as a stop id stops there, and the other one goes on") {
  const Models models;
  // A word that this random model does not write.
  int32_t unwritten = 106;
  fs::path base;
  compare::Comparison alone;
  do {
    base = models.make("tiny-1M-Base", Json::array({--unwritten}));
    alone = compare::compare({base, base}, {"user im end"}, settings(8));
  } while (alone.sides[0].answers[0].steps.size() < 8 && unwritten > 90);
  REQUIRE(alone.sides[0].answers[0].steps.size() == 8);
  CHECK(alone.sides[0].label == "tiny-1M-Base (first)");
  const int32_t third = alone.sides[0].answers[0].steps[2].token;
  const size_t first_place = *alone.sides[0].answers[0].first_step(third);

  const fs::path tuned = models.make("tiny-1M-Instruct", Json::array({unwritten, third}));
  const compare::Comparison both = compare::compare({base, tuned}, {"user im end"}, settings(8));
  CHECK(both.sides[0].ending(0) == Ending::kNeverLikely);
  CHECK(both.sides[1].ending(0) == Ending::kStopId);
  CHECK(both.sides[1].answers[0].steps.size() == first_place);
  CHECK(both.sides[1].answers[0].would_stop_at() == first_place);
  const std::string verdict = both.verdict(0, Language::kEnglish);
  CHECK(verdict.starts_with(
      fmt::format("tiny-1M-Base goes on to the limit of 8 tokens because its stop ids ({}) never were", unwritten)));
  CHECK(contains(verdict,
                 fmt::format(", while tiny-1M-Instruct stops because at step {} it wrote its stop id", first_place)));
  CHECK(
      both.summary(Language::kEnglish) ==
      "tiny-1M-Base ended 0 of 1 answers by itself, and went on mostly because its stop ids never were the most likely "
      "token; tiny-1M-Instruct ended 1 of 1 answers by itself.");
  CHECK(contains(both.verdict(0, Language::kChinese), "tiny-1M-Instruct \u80fd\u505c\u4e0b\u6765"));
}

TEST_CASE("the template of one model decides which markers both are looked at for") {
  const Models models;
  const fs::path base = models.make("base", Json::array({105})),
                 chat = models.make("chat", Json::array({105}), kChatMl);
  const compare::Comparison both = compare::compare({base, chat}, {"im end"}, settings(4));
  const auto& [first, second] = both.sides;
  CHECK(first.template_file.empty());
  CHECK(second.template_file == "chat_template.jinja");
  CHECK_FALSE(first.uses_template);
  CHECK(second.uses_template);
  CHECK(first.answers[0].num_prompt_tokens == 2);
  CHECK(second.answers[0].num_prompt_tokens == 7);  // <|im_start|> user im end <|im_end|> <|im_start|> user
  for (const compare::Side& side : both.sides) {
    REQUIRE(side.markers.size() == 2);
    CHECK(side.markers[0].id == kImStart);
    CHECK(side.markers[1].id == kImEnd);
    CHECK(side.end_marker == kImEnd);
  }
  compare::Settings raw = settings(4);
  raw.applies_template = false;
  CHECK(compare::compare({base, chat}, {"im end"}, raw).sides[1].answers[0].num_prompt_tokens == 2);
}

TEST_CASE("the same seed draws the same answer from equal models, for each of many prompts") {
  const Models models;
  const fs::path model = models.make("base", Json::array({105}));
  compare::Settings drawn = settings(12);
  drawn.generation.do_sample = true;
  drawn.generation.seed = 7;
  const compare::Comparison both = compare::compare({model, model}, {"im end", "im end", "user"}, drawn);
  const auto ids = [&](size_t side, size_t prompt) {
    std::vector<int32_t> all;
    for (const compare::Step& step : both.sides[side].answers[prompt].steps) all.push_back(step.token);
    return all;
  };
  for (size_t prompt = 0; prompt < 3; ++prompt) CHECK(ids(0, prompt) == ids(1, prompt));
  CHECK(ids(0, 0) != ids(0, 1));
  CHECK(both.sides[0].sampling == "max_new_tokens 12, do_sample true, seed 7");
  const Json json = compare::to_json(both);
  CHECK(json["prompts"].size() == 3);
  CHECK(json["models"][1]["label"] == "base (second)");
  CHECK(contains(compare::to_text(both, std::nullopt), "answers by itself"));
}

TEST_CASE("the text of a wide terminal has both answers beside each other, and no line is too long") {
  const Models models;
  const fs::path base = models.make("base", Json::array({105})),
                 chat = models.make("chat", Json::array({105}), kChatMl);
  const compare::Comparison both = compare::compare({base, chat}, {"im end"}, settings(6));
  const std::string dashes(30, '-');
  const std::string wide = compare::to_text(both, 120), narrow = compare::to_text(both, 60);
  CHECK(contains(wide, dashes + std::string(31, ' ') + dashes));
  CHECK(contains(narrow, "base\noutput:\n" + dashes));
  CHECK(contains(compare::to_text(both, std::nullopt), "chat\noutput:\n" + dashes));
  for (const auto& [text, columns] : {std::pair{wide, 120u}, std::pair{narrow, 60u}}) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) CHECK(columns_of(line) <= columns);
  }
  CHECK(contains(compare::to_page(both), "<script id=\"data\" type=\"application/json\">{"));
}

TEST_CASE("settings that make several answers are refused with the model's name") {
  const Models models;
  const fs::path model = models.make("base", Json::array({105}));
  compare::Settings beams = settings(4);
  beams.generation.num_beams = 2;
  const Error error = expect_error([&] { compare::compare({model, model}, {"im end"}, beams); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "base (first): hone compare makes one answer"));
}

}  // namespace comparison_test
