#include "compare/answer.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace answer_test {

using namespace hone;
using compare::Answer;
using compare::Ending;
using compare::Language;
using generate::FinishReason;

Answer answer_of(const std::vector<std::pair<double, double>>& probabilities, FinishReason finished) {
  Answer answer;
  answer.finished = finished;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    const auto [stop, other] = probabilities[i];
    answer.steps.push_back({static_cast<int32_t>(10 + i), std::string(1, static_cast<char>('a' + i)), stop, other});
  }
  return answer;
}

TEST_CASE("an answer would stop where its stop ids together become the most likely token") {
  const Answer answer = answer_of({{0.1, 0.5}, {0.3, 0.3}, {0.4, 0.3}, {0.2, 0.1}}, FinishReason::kLength);
  CHECK(answer.text() == "abcd");
  CHECK(answer.would_stop_at() == 3u);  // as likely as another token is not more likely
  CHECK(answer.likeliest_stop() == 3);
  CHECK(answer.first_step(11) == 2u);
  CHECK_FALSE(answer.first_step(99).has_value());
  CHECK_FALSE(answer.first_step(std::nullopt).has_value());
  CHECK_FALSE(answer_of({{0.1, 0.5}}, FinishReason::kLength).would_stop_at().has_value());
  CHECK(Answer().likeliest_stop() == 0);
}

TEST_CASE("the ending says why an answer stopped or went on") {
  const std::vector<int32_t> stops{2};
  const Answer likely = answer_of({{0.6, 0.3}, {0.1, 0.5}}, FinishReason::kLength);
  const Answer unlikely = answer_of({{0.01, 0.9}, {0.02, 0.5}}, FinishReason::kLength);
  CHECK(ending_of(answer_of({{0.6, 0.3}}, FinishReason::kStop), stops, {}) == Ending::kStopId);
  CHECK(ending_of(likely, stops, {}) == Ending::kDrawnPast);
  CHECK(ending_of(unlikely, stops, {}) == Ending::kNeverLikely);
  CHECK(ending_of(unlikely, {}, {}) == Ending::kNoStopIds);
  CHECK(ending_of(unlikely, stops, 11) == Ending::kOtherMarker);  // S2's base model: it writes the marker and goes on
  Answer at_text = answer_of({{0.1, 0.3}}, FinishReason::kStop);
  at_text.stop_string = "END";
  CHECK(ending_of(at_text, stops, {}) == Ending::kStopString);
  CHECK(is_stopped(Ending::kStopId));
  CHECK_FALSE(is_stopped(Ending::kOtherMarker));
}

TEST_CASE("a reason names the step, the token and where it is from, in both languages") {
  compare::ReasonFacts facts{.stops = "</s>", .token = "<|im_end|>", .origin = "config.json: eos_token_id"};
  const Answer answer = answer_of({{0.01, 0.9}, {0.02, 0.5}}, FinishReason::kLength);
  const auto said = [&](Ending ending, Language language = Language::kEnglish) {
    return compare::reason(answer, ending, facts, language);
  };
  CHECK(said(Ending::kStopId) == "at step 2 it wrote its stop id <|im_end|> (config.json: eos_token_id)");
  CHECK(said(Ending::kNeverLikely) ==
        "its stop ids (</s>) never were the most likely token: they reached 2.0 %, at step 2; it has no chat template, "
        "so it reads the prompt as the beginning of a text");
  CHECK(said(Ending::kNeverLikely, Language::kChinese) ==
        "\u5b83\u7684\u505c\u6b62\u7b26\uff08</"
        "s>"
        "\uff09\u4ece\u6765\u4e0d\u662f\u6700\u53ef\u80fd\u7684\u8bcd\u5143\uff0c\u6982\u7387\u6700\u9ad8\u65f6\uff08"
        "\u7b2c 2 \u6b65\uff09\u53ea\u6709 2.0 "
        "%\uff1b\u5b83\u6ca1\u6709\u5bf9\u8bdd\u6a21\u677f\uff0c\u53ea\u662f\u628a\u63d0\u793a\u8bcd\u5f53\u4f5c\u4e00"
        "\u6bb5\u6587\u5b57\u7684"
        "\u5f00\u5934\u5f80\u4e0b\u5199");
  facts.has_template = true;
  CHECK(said(Ending::kNeverLikely).ends_with("without its chat template"));
  facts.uses_template = true;
  CHECK(said(Ending::kNeverLikely).ends_with("at step 2"));
  facts.marker_step = 1;
  CHECK(said(Ending::kOtherMarker) ==
        "<|im_end|>, which it wrote at step 1 and which ends a turn of a chat, is not one of its stop ids (</s>)");
  facts.token = "{step}";  // a text from a file is no format
  CHECK(said(Ending::kStopId).starts_with("at step 2 it wrote its stop id {step}"));
}

TEST_CASE("probabilities as percent and as a line of blocks") {
  CHECK(compare::percent(0) == "0 %");
  CHECK(compare::percent(1) == "100 %");
  CHECK(compare::percent(0.5) == "50 %");
  CHECK(compare::percent(0.9994) == "99.94 %");
  CHECK(compare::percent(0.00312) == "0.31 %");
  CHECK(compare::percent(3e-9) == "3e-07 %");
  const Answer answer = answer_of({{0, 1}, {0.5, 0.5}, {0.2, 0.5}, {1, 0}}, FinishReason::kStop);
  CHECK(compare::sparkline(answer, 30) == "\u2581\u2585\u2582\u2588");
  CHECK(compare::sparkline(answer, 2) == "\u2585\u2588");
  CHECK(compare::sparkline(Answer(), 30).empty());
  CHECK(compare::sparkline(answer, 0).empty());
}

TEST_CASE("an answer as JSON has the probabilities of each step") {
  Answer answer = answer_of({{0.25, 0.5}, {0.5, 0.25}}, FinishReason::kStop);
  answer.rest = "!";
  const Json json = compare::to_json(answer, Ending::kStopId);
  CHECK(json["text"] == "ab!");
  CHECK(json["pieces"] == Json({"a", "b!"}));
  CHECK(json["token_ids"] == Json({10, 11}));
  CHECK(json["stop_probabilities"] == Json({0.25, 0.5}));
  CHECK(json["ending"] == "stop_id");
  CHECK(json["would_stop_at"] == 2);
  CHECK(json["stop_string"].is_null());
}

}  // namespace answer_test
