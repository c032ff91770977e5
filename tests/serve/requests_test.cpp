#include "serve/requests.h"

#include <doctest/doctest.h>

#include <tuple>

#include "expect_error.h"
#include "http/response.h"

namespace requests_test {

using namespace hone;

http::ErrorDetails refused(const std::function<void()>& read) {
  try {
    read();
  } catch (const http::RequestError& error) {
    return error.details();
  }
  FAIL("the body was taken");
  return {};
}

serve::PredictRequest read_predict(std::string_view body, std::string_view task = "text-classification") {
  return serve::read_predict(body, task::find_task(task));
}

serve::ExplainRequest read_explain(std::string_view body) {
  return serve::read_explain(body, task::find_task("text-classification"));
}

http::ErrorDetails predict_refused(const std::string& body) {
  return refused([&] { read_predict(body); });
}

void check_refused(const std::string& body, const std::string& field, const std::string& message,
                   unsigned status = 400) {
  CAPTURE(body);
  const http::ErrorDetails answer = predict_refused(body);
  CHECK(answer.status == status);
  CHECK(answer.field == field);
  CHECK(answer.message == message);
}

std::string texts(size_t count) {
  std::string list;
  for (size_t i = 0; i < count; ++i) list += i == 0 ? "\"a\"" : ",\"a\"";
  return "{\"inputs\": [" + list + "]}";
}

TEST_CASE("inputs are a text, texts, pairs of texts or dictionaries of them") {
  const auto inputs = [](const char* body) { return read_predict(body).inputs; };
  CHECK(inputs(R"({"inputs": "a"})").front().text == "a");
  CHECK(inputs(R"({"inputs": ""})").front().text.empty());
  const auto texts = inputs(R"({"inputs": ["a", "b"]})");
  REQUIRE(texts.size() == 2);
  CHECK(texts[1].text == "b");
  CHECK_FALSE(texts[1].pair);
  const auto mixed = inputs(R"({"inputs": [["a", "b"], ["c"], "d", {"text": "e", "text_pair": "f"}]})");
  REQUIRE(mixed.size() == 4);
  CHECK(mixed[0].pair == "b");
  CHECK(mixed[1].text == "c");
  CHECK_FALSE(mixed[1].pair);
  CHECK(mixed[3].pair == "f");
  CHECK(inputs(R"({"inputs": {"text": "a"}})").front().text == "a");
  CHECK(inputs(R"({"inputs": "\u8d5e\ud83d\udc4d\u0000"})").front().text ==
        std::string("\xE8\xB5\x9E\xF0\x9F\x91\x8D\0", 8));
}

TEST_CASE("parameters are those of Hugging Face's task and of TEI, and null means the default") {
  const auto none = read_predict(R"({"inputs": "a", "parameters": {"top_k": null, "function_to_apply": null}})");
  CHECK_FALSE(none.parameters.answers.top_k);
  CHECK(none.parameters.answers.function_to_apply.empty());
  CHECK(none.parameters.truncate);
  CHECK_FALSE(none.parameters.truncation_side);
  CHECK_NOTHROW(read_predict(R"({"inputs": "a", "parameters": null, "options": {"use_cache": false}})"));
  const auto hf = read_predict(
      R"({"inputs": "a", "parameters": {"top_k": 2, "function_to_apply": "sigmoid", "truncation": false}})");
  CHECK(hf.parameters.answers.top_k == 2);
  CHECK(hf.parameters.answers.function_to_apply == "sigmoid");
  CHECK_FALSE(hf.parameters.truncate);
  const auto tei =
      read_predict(R"({"inputs": "a", "truncate": false, "truncation_direction": "Left", "raw_scores": true})");
  CHECK_FALSE(tei.parameters.truncate);
  CHECK(tei.parameters.truncation_side == text::Side::kLeft);
  CHECK(tei.parameters.answers.function_to_apply == "none");
}

TEST_CASE("the parameters of transformers' pipeline are accepted; those without effect are listed") {
  const auto read = [](const char* parameters) {
    return read_predict(fmt::format(R"({{"inputs": "a", "parameters": {}}})", parameters));
  };
  CHECK(read(R"({"max_length": 16})").parameters.max_length == 16);
  CHECK_FALSE(read("{}").parameters.max_length);
  CHECK(read(R"({"return_all_scores": false})").parameters.answers.top_k == 1);
  CHECK_FALSE(read(R"({"return_all_scores": true})").parameters.answers.top_k);
  CHECK(read(R"({"return_all_scores": true, "top_k": 2})").parameters.answers.top_k == 2);
  CHECK_FALSE(read(R"({"return_all_scores": false, "top_k": null})").parameters.answers.top_k);
  CHECK_FALSE(read(R"({"add_special_tokens": false})").parameters.add_special_tokens);
  using Strategy = text::TruncationStrategy;
  const std::tuple<const char*, bool, Strategy> strategies[] = {
      {"true", true, Strategy::kLongestFirst},
      {"false", false, Strategy::kLongestFirst},
      {"\"longest_first\"", true, Strategy::kLongestFirst},
      {"\"only_first\"", true, Strategy::kOnlyFirst},
      {"\"only_second\"", true, Strategy::kOnlySecond},
      {"\"do_not_truncate\"", false, Strategy::kLongestFirst}};
  for (const auto& [value, truncates, strategy] : strategies) {
    CAPTURE(value);
    const auto request = read(fmt::format(R"({{"truncation": {}}})", value).c_str());
    CHECK(request.parameters.truncate == truncates);
    CHECK(request.parameters.truncation == strategy);
  }
  CHECK(read(R"({"padding": true, "batch_size": 8})").parameters.ignored ==
        std::vector<std::string>{"parameters.padding", "parameters.batch_size"});
  CHECK(read(R"({"padding": "longest", "return_tensors": "pt", "num_workers": 0, "pad_to_multiple_of": 8})")
            .parameters.ignored.size() == 4);
  CHECK(read("{}").parameters.ignored.empty());
}

TEST_CASE("the error for an invalid input names its position") {
  check_refused("{}", "inputs", "inputs is missing");
  check_refused(R"({"inputs": null})", "inputs", "inputs is missing");
  check_refused(R"({"inputs": 3})", "inputs", "inputs must be a string, or a list of strings and pairs of strings");
  check_refused(R"({"inputs": []})", "inputs", "inputs must hold at least one text");
  for (const char* wrong : {"7", "[]", R"(["a", "b", "c"])", R"(["a", 1])", "null", "true", "[[]]"}) {
    check_refused(fmt::format(R"({{"inputs": ["a", "b", "c", {}]}})", wrong), "inputs[3]",
                  "inputs[3] must be a string or a pair of strings");
  }
  check_refused(R"({"inputs": [{"text_pair": "b"}]})", "inputs[0].text", "inputs[0].text is missing");
  check_refused(R"({"inputs": [{"text": 1}]})", "inputs[0].text", "inputs[0].text must be a string");
  CHECK_NOTHROW(read_predict(texts(64)));
  check_refused(texts(65), "inputs", "inputs holds 65 texts, more than 64", 413);
}

TEST_CASE("the error for an invalid parameter names it and its valid values") {
  const auto body = [](const char* parameters) {
    return fmt::format(R"({{"inputs": "a", "parameters": {}}})", parameters);
  };
  check_refused(body("3"), "parameters", "parameters must be an object");
  for (const char* wrong : {"0", "-1", "1.5", "\"1\"", "18446744073709551615", "1e300", "true"}) {
    check_refused(body(fmt::format(R"({{"top_k": {}}})", wrong).c_str()), "parameters.top_k",
                  "parameters.top_k must be a whole number >= 1");
  }
  check_refused(body(R"({"function_to_apply": "sofmax"})"), "parameters.function_to_apply",
                "unknown function_to_apply \"sofmax\"");
  CHECK(predict_refused(body(R"({"function_to_apply": "sofmax"})")).hint ==
        "did you mean \"softmax\"? known: softmax, sigmoid, none");
  check_refused(body(R"({"function_to_apply": 1})"), "parameters.function_to_apply",
                "parameters.function_to_apply must be a string");
  check_refused(body(R"({"truncation": "yes"})"), "parameters.truncation",
                "parameters.truncation must be true, false, \"longest_first\", \"only_first\", \"only_second\" or "
                "\"do_not_truncate\"");
  check_refused(body(R"({"truncation": 1})"), "parameters.truncation",
                "parameters.truncation must be true, false, \"longest_first\", \"only_first\", \"only_second\" or "
                "\"do_not_truncate\"");
  check_refused(body(R"({"max_length": 0})"), "parameters.max_length",
                "parameters.max_length must be a whole number >= 1");
  check_refused(body(R"({"return_all_scores": 1})"), "parameters.return_all_scores",
                "parameters.return_all_scores must be true or false");
  check_refused(body(R"({"stride": 4})"), "parameters.stride", "unknown field \"stride\"");
  check_refused(R"({"inputs": "a", "truncation_direction": "Up"})", "truncation_direction",
                "truncation_direction must be \"Left\" or \"Right\"");
  check_refused(R"({"inputs": "a", "parameters": {"function_to_apply": "softmax", "raw_scores": true}})",
                "parameters.raw_scores", "parameters.raw_scores contradicts function_to_apply \"softmax\"");
}

TEST_CASE("the error for an unknown field suggests the nearest name") {
  const http::ErrorDetails answer = predict_refused(R"({"input": "a"})");
  CHECK(answer.message == "unknown field \"input\"");
  CHECK(answer.field == "input");
  CHECK(contains(answer.hint, "did you mean \"inputs\"? known: inputs, parameters,"));
  check_refused(R"({"inputs": "a", "parameters": {"topk": 1}})", "parameters.topk", "unknown field \"topk\"");
  const std::string hostile = predict_refused("{\"" + std::string(500'000, 'k') + "\": 1}").message;
  CHECK(hostile.size() < 100);
  CHECK(contains(predict_refused(R"({"inputs": "a", "parameters": {"function_to_apply": ")" + std::string(60, 'k') +
                                 R"(\u8d5e\u8d5e\u8d5e"}})")
                     .message,
                 "kkk\xE8\xB5\x9E...\""));  // truncated between characters
}

TEST_CASE("a body that is not a JSON object is refused with line and column") {
  CHECK(contains(predict_refused("{\"inputs\": \"a\",\n }").message, "body:2:"));
  CHECK(predict_refused("").message == "the body is empty");
  CHECK(predict_refused("[1]").message == "the body is a list, not an object");
  CHECK(contains(predict_refused("{\"inputs\": \"\xFF\xFE\"}").message, "body:1:"));
  CHECK(contains(predict_refused(R"({"inputs": "\ud800"})").message, "body:1:"));
  const std::string deep = "{\"inputs\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  CHECK(contains(predict_refused(deep).message, "nested deeper than 128"));
  for (const char* hint_for : {"", "[1]", "{"})
    CHECK(contains(predict_refused(hint_for).hint, "{\"inputs\": \"some text\"}"));
}

TEST_CASE("a body with a hundred thousand keys is refused quickly") {
  std::string body = "{";
  for (int i = 0; i < 100'000; ++i) body += fmt::format("{}\"{}\":1", i == 0 ? "" : ",", i);
  const auto start = std::chrono::steady_clock::now();
  CHECK(contains(predict_refused(body + "}").message, "unknown field"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("tokenize accepts only texts") {
  CHECK(serve::read_tokenize(R"({"inputs": "a"})").texts == std::vector<std::string>{"a"});
  const auto request = serve::read_tokenize(R"({"inputs": ["a", "b"], "add_special_tokens": false})");
  CHECK(request.texts == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(request.add_special_tokens);
  CHECK(refused([] { serve::read_tokenize(R"({"inputs": ["a", ["b", "c"]]})"); }).message ==
        "inputs[1] must be a string");
  CHECK(refused([] { serve::read_tokenize(R"({"inputs": 1})"); }).message ==
        "inputs must be a string or a list of strings");
  CHECK(refused([] { serve::read_tokenize(texts(65)); }).status == 413);
}

TEST_CASE("explain accepts one text and a label") {
  CHECK(read_explain(R"({"inputs": "a"})").options.label.empty());
  CHECK(read_explain(R"({"inputs": "a", "parameters": {"label": "POSITIVE"}})").options.label == "POSITIVE");
  CHECK(refused([] { read_explain(R"({"inputs": ["a"]})"); }).message == "inputs must be a string");
  CHECK(refused([] { read_explain(R"({"inputs": "a", "parameters": {"label": 1}})"); }).field == "parameters.label");
}

TEST_CASE("a parameter that has no effect on the answers of the task is refused") {
  CHECK_NOTHROW(read_predict(R"({"inputs": "a", "parameters": {"top_k": 2}, "raw_scores": true})", "multi-label"));
  CHECK_NOTHROW(read_predict(R"({"inputs": "a", "parameters": {"max_length": 8}})", "regression"));
  for (const char* wrong :
       {R"({"inputs": "a", "parameters": {"top_k": 2}})",
        R"({"inputs": "a", "parameters": {"return_all_scores": true}})", R"({"inputs": "a", "raw_scores": true})"}) {
    CAPTURE(wrong);
    const http::ErrorDetails answer = refused([&] { read_predict(wrong, "regression"); });
    CHECK(answer.status == 400);
    CHECK(contains(answer.message, "unknown field"));
  }
}

TEST_CASE("one text differs from a list of one, and options without effect are listed") {
  CHECK(read_predict(R"({"inputs": "a"})").is_single);
  CHECK(read_predict(R"({"inputs": {"text": "a"}})").is_single);
  CHECK_FALSE(read_predict(R"({"inputs": ["a"]})").is_single);
  CHECK(read_predict(R"({"inputs": "a", "options": {"use_cache": false}})").parameters.ignored ==
        std::vector<std::string>{"options"});
}

}  // namespace requests_test
