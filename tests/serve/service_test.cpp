#include "serve/service.h"

#include <atomic>
#include <cmath>
#include <cstring>

#include "base/files.h"
#include "base/log.h"
#include "expect_error.h"
#include "serve/requests.h"
#include "serve/tiny_service.h"

namespace service_test {

using namespace hone;

http::ErrorDetails refused(const std::function<void()>& ask) {
  try {
    ask();
  } catch (const http::RequestError& error) {
    return error.details();
  }
  FAIL("the request was taken");
  return {};
}

TinyService& tiny() {
  static TinyService service;
  static TinyService& started = service.started();
  return started;
}

Json predicted(const Json& inputs, const Json& parameters = nullptr) {
  const http::Response response = tiny().predict(Json({{"inputs", inputs}, {"parameters", parameters}}).dump());
  REQUIRE(response.status == 200);
  return Json::parse(response.body);
}

// Checks that each row has the fixture's labels with transformers' scores, the highest first.
void check_scores(const Json& rows, const Json& expected) {
  REQUIRE(rows.size() == expected.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    CAPTURE(row);
    REQUIRE(rows[row].size() == expected[row].size());
    double before = 1;
    for (const auto& [label, score] : expected[row].items()) {
      CHECK(std::abs(score_of(rows[row], label) - score.get<double>()) < 1e-5);
    }
    for (const Json& entry : rows[row]) {
      CHECK(entry["score"].get<double>() <= before);
      before = entry["score"].get<double>();
    }
  }
}

const Json& fixture() { return metrics_fixture()["models"]["tiny-bert"]; }

TEST_CASE("predict returns transformers' scores, in one request and in many, for texts and for pairs") {
  check_scores(predicted(fixture()["texts"]), fixture()["scores"]);
  Json one_by_one = Json::array(), pairs = Json::array();
  for (const Json& text : fixture()["texts"]) one_by_one.push_back(predicted(text)[0]);
  check_scores(one_by_one, fixture()["scores"]);
  for (size_t row = 0; row < fixture()["texts"].size(); ++row) {
    pairs.push_back({fixture()["texts"][row], fixture()["pairs"]["second"][row]});
  }
  check_scores(predicted(pairs), fixture()["pairs"]["scores"]);
}

TEST_CASE("top_k and function_to_apply have their documented effect") {
  CHECK(predicted("good movie", {{"top_k", 1}})[0].size() == 1);
  CHECK(predicted("good movie", {{"top_k", 1}})[0][0]["label"] == "NEUTRAL");
  const Json logits = predicted("good movie", {{"function_to_apply", "none"}})[0];
  const Json sigmoid = predicted("good movie", {{"function_to_apply", "sigmoid"}})[0];
  for (const Json& entry : logits) {
    const double expected = 1 / (1 + std::exp(-entry["score"].get<double>()));
    CHECK(score_of(sigmoid, entry["label"]) == doctest::Approx(expected).epsilon(1e-6));
  }
  CHECK(Json::parse(tiny().predict(R"({"inputs": "good movie", "raw_scores": true})").body)[0] == logits);
}

TEST_CASE("a header lists truncated inputs, or they are refused if the client requests it") {
  const http::Response cut = tiny().predict(Json({{"inputs", fixture()["texts"]}}).dump());
  CHECK(header(cut, "X-Hone-Truncated") == "5");
  CHECK(header(tiny().predict(R"({"inputs": "good"})"), "X-Hone-Truncated").empty());
  const Json body = {{"inputs", {"good", fixture()["texts"][5]}}, {"truncate", false}};
  const http::ErrorDetails answer = refused([&] { tiny().predict(body.dump()); });
  CHECK(answer.status == 413);
  CHECK(answer.field == "inputs[1]");
  CHECK(answer.message == "inputs[1] has 47 tokens, the model reads 40");
  const auto cut_at = [&](const char* side) {
    Json request = {{"inputs", "good good bad " + fixture()["texts"][5].get<std::string>()}};
    request["truncation_direction"] = side;
    return Json::parse(tiny().predict(request.dump()).body);
  };
  check_scores(cut_at("Left"), Json::array({fixture()["scores"][5]}));  // the same forty tokens
  CHECK(cut_at("Left") != cut_at("Right"));
}

TEST_CASE("the weights of explain are the differences of single predictions") {
  const std::string text = "the plot was awful; the acting, fun";
  for (const std::string label : {"", "POSITIVE"}) {
    CAPTURE(label);
    Json body = {{"inputs", text}};
    if (!label.empty()) body["parameters"] = {{"label", label}};
    const Json answer = Json::parse(tiny().explain(body.dump()).body);
    const Json whole = predicted(text)[0];
    const std::string chosen = label.empty() ? whole[0]["label"].get<std::string>() : label;
    CHECK(answer["label"] == chosen);
    CHECK(answer["method"] == "leave-one-word-out");
    CHECK(answer["words_per_group"] == 1);
    CHECK(std::abs(answer["score"].get<double>() - score_of(whole, chosen)) < 1e-6);
    const char* const variants[] = {"plot was awful; the acting, fun", "the was awful; the acting, fun",
                                    "the plot awful; the acting, fun", "the plot was; the acting, fun",
                                    "the plot was awful; acting, fun", "the plot was awful; the, fun",
                                    "the plot was awful; the acting,"};
    REQUIRE(answer["words"].size() == std::size(variants));
    for (size_t i = 0; i < std::size(variants); ++i) {
      CAPTURE(variants[i]);
      const double without = score_of(predicted(variants[i])[0], chosen);
      CHECK(std::abs(answer["words"][i]["weight"].get<double>() - (score_of(whole, chosen) - without)) < 1e-6);
    }
    CHECK(answer["words"][3].value("text", "") == "awful");
    CHECK(answer["words"][3]["start"] == 13);
    CHECK(answer["words"][3]["stop"] == 18);
  }
}

TEST_CASE("explain reports whether the text was truncated, and refuses an unknown label") {
  const Json body = {{"inputs", fixture()["texts"][5]}};
  const http::Response response = tiny().explain(body.dump());
  CHECK(header(response, "X-Hone-Truncated") == "0");
  CHECK(Json::parse(response.body)["words"].size() == 38);
  const http::ErrorDetails answer =
      refused([] { tiny().explain(R"({"inputs": "good", "parameters": {"label": "POSITVE"}})"); });
  CHECK(answer.status == 400);
  CHECK(answer.field == "parameters.label");
  CHECK(answer.message == "unknown label \"POSITVE\"");
  CHECK(contains(answer.hint, "did you mean \"POSITIVE\"?"));
}

TEST_CASE("a header and a field report a text in a script that the model does not know") {
  const std::string chinese = "\xE9\x85\x92\xE5\xBA\x97 good";
  const http::Response response = tiny().predict(Json({{"inputs", {"good movie", chinese, ""}}}).dump());
  CHECK(header(response, "X-Hone-Unknown-Tokens") == "1=2/3");
  CHECK(header(tiny().predict(R"({"inputs": "good movie"})"), "X-Hone-Unknown-Tokens").empty());
  const http::Response explained = tiny().explain(Json({{"inputs", chinese}}).dump());
  CHECK(header(explained, "X-Hone-Unknown-Tokens") == "0=2/3");
  CHECK(Json::parse(explained.body)["unknown_tokens"] == Json({{"unknown", 2}, {"total", 3}}));
  const Json pair = {{"inputs", {{{"text", "good"}, {"text_pair", "\xE9\x85\x92"}}}}};
  CHECK(header(tiny().predict(pair.dump()), "X-Hone-Unknown-Tokens") == "0=1/2");
}

TEST_CASE("a header and a field list inputs whose best labels are nearly tied") {
  // transformers: NEUTRAL 0.43953, NEGATIVE 0.40112 (0.91 of it), POSITIVE 0.15935.
  CHECK(header(tiny().predict(R"({"inputs": ["good movie"]})"), "X-Hone-Near-Ties") == "0");
  const Json sigmoid = {{"inputs", "good movie"}, {"parameters", {{"function_to_apply", "sigmoid"}}}};
  CHECK(header(tiny().predict(sigmoid.dump()), "X-Hone-Near-Ties").empty());
  CHECK(Json::parse(tiny().explain(R"({"inputs": "good movie"})").body)["near_ties"] == Json({"NEUTRAL", "NEGATIVE"}));
}

TEST_CASE("the pipeline's max_length and truncation have their documented effect; a header lists ignored parameters") {
  const auto ask = [](const Json& inputs, const Json& parameters) {
    return tiny().predict(Json({{"inputs", inputs}, {"parameters", parameters}}).dump());
  };
  const http::Response short_one = ask("good movie bad film", {{"max_length", 4}, {"padding", "max_length"}});
  CHECK(header(short_one, "X-Hone-Truncated") == "0");
  CHECK(header(short_one, "X-Hone-Ignored") == "parameters.padding");
  CHECK(short_one.body == ask("good movie", nullptr).body);
  const Json pair = {{{"text", "good good good"}, {"text_pair", "bad bad"}}};
  const auto with = [&](const char* truncation) {
    return ask(pair, {{"max_length", 7}, {"truncation", truncation}}).body;
  };
  const auto same = [&](const char* first, const char* second) {
    return ask(Json({{{"text", first}, {"text_pair", second}}}), nullptr).body;
  };
  CHECK(with("only_first") == same("good good", "bad bad"));
  CHECK(with("only_second") == same("good good good", "bad"));
  CHECK(refused([&] { ask("good movie bad film", {{"max_length", 4}, {"truncation", "do_not_truncate"}}); }).status ==
        413);
  CHECK(ask("good movie", {{"return_all_scores", false}}).body == ask("good movie", {{"top_k", 1}}).body);
  CHECK(ask("good movie", {{"return_all_scores", true}}).body == ask("good movie", nullptr).body);
}

TEST_CASE("tokenize returns one list per text") {
  const http::Response response = tiny().ask(&serve::Service::tokenize, R"({"inputs": ["good movie", ""]})").get();
  const Json lists = Json::parse(response.body);
  REQUIRE(lists.size() == 2);
  CHECK(lists[0].size() == 4);
  CHECK(lists[1].size() == 2);
}

TEST_CASE("info describes the model, its labels and the limits") {
  const Json info = Json::parse(tiny().service.info({}).body);
  CHECK(info["state"] == "ready");
  CHECK(info["name"] == "tiny-bert");
  CHECK(info["class_name"] == "BertForSequenceClassification");
  CHECK(info["model_type"] == "bert");
  CHECK(info["task"] == "text-classification");
  CHECK(info["labels"] == Json({"NEGATIVE", "NEUTRAL", "POSITIVE"}));
  CHECK(info["function_to_apply"] == "softmax");
  CHECK(info["widget"] == "scores");
  CHECK(info["thresholds"].is_null());
  CHECK(info["explains"] == true);
  CHECK(info["max_length"] == 40);
  CHECK(info["device"] == "cpu");
  CHECK(info["precision"] == "fp32");
  CHECK(info["limits"]["max_inputs"] == 64);
  CHECK(info["limits"]["max_body_bytes"] == 1 << 20);
  CHECK(info["examples"] == Json::array());
  CHECK(info["error"].is_null());
  CHECK(info["error_kind"].is_null());
  CHECK(tiny().service.health({}).status == 200);
  CHECK(tiny().health() == Json({{"status", "ready"}, {"message", ""}}));
}

TEST_CASE("info describes config.json while the model loads, and if its weights cannot be loaded") {
  const TemporaryFolder folder;
  folder.write("config.json", R"({"model_type": "bert", "id2label": {"0": "sports", "1": "world"}})");
  TinyService service(folder.path());
  service.started();
  const Json info = Json::parse(service.service.info({}).body);
  CHECK(info["state"] == "failed");
  CHECK(info["labels"] == Json({"sports", "world"}));
  CHECK(info["model_type"] == "bert");
  CHECK(info["function_to_apply"] == "softmax");
  CHECK(info["class_name"].is_null());
  CHECK(info["num_parameters"].is_null());
  CHECK(info["error_kind"] == "other");
}

TEST_CASE("a model without weights has the error kind \"untrained\"") {
  const TemporaryFolder folder;
  const std::filesystem::path copy = folder.path() / "model";
  std::filesystem::copy(fixtures() / "models" / "tiny-bert", copy);
  std::filesystem::remove(copy / "model.safetensors");
  TinyService service(copy);
  service.started();
  CHECK(Json::parse(service.service.info({}).body)["error_kind"] == "untrained");
}

TEST_CASE("a folder with other faults has the error kind \"other\"") {
  const TemporaryFolder folder;
  folder.write("config.json", "{ not json");
  TinyService service(folder.path());
  service.started();
  CHECK(Json::parse(service.service.info({}).body)["error_kind"] == "other");
}

TEST_CASE("info lists the examples that were saved with the model") {
  const TemporaryFolder folder;
  const std::filesystem::path copy = folder.path() / "model";
  std::filesystem::copy(fixtures() / "models" / "tiny-bert", copy);
  folder.write("model/examples.json",
               R"({"examples": [{"text": "it rains", "label": "NEUTRAL", "text_pair": "wet"}]})");
  TinyService service(copy);
  service.started();
  CHECK(Json::parse(service.service.info({}).body)["examples"].dump() ==
        R"([{"text":"it rains","text_pair":"wet","label":"NEUTRAL"}])");
}

TEST_CASE("while the model loads, requests get 503 with Retry-After, and info has no model") {
  TinyService loading;  // not started
  const http::ErrorDetails answer = refused([&] { loading.predict(R"({"inputs": "good"})"); });
  CHECK(answer.status == 503);
  CHECK(answer.message == "the model is still loading");
  CHECK(answer.retry_after_seconds == 1);
  CHECK(refused([&] { loading.explain("{}"); }).status == 503);
  CHECK(refused([&] { loading.ask(&serve::Service::tokenize, "{}"); }).status == 503);
  CHECK(loading.service.health({}).status == 503);
  CHECK(header(loading.service.health({}), "Retry-After") == "1");
  CHECK(loading.health() == Json({{"status", "loading"}, {"message", "the model is still loading"}}));
  const Json info = Json::parse(loading.service.info({}).body);
  CHECK(info["state"] == "loading");
  CHECK(info["name"] == "tiny-bert");
  CHECK(info["labels"] == Json({"NEGATIVE", "NEUTRAL", "POSITIVE"}));
  for (const char* unknown : {"max_length", "num_parameters", "device", "error"}) {
    CAPTURE(unknown);
    CHECK(info[unknown].is_null());
  }
}

TEST_CASE("if the model cannot be loaded, the service keeps running and reports why") {
  const TemporaryFolder folder;
  TinyService failed(folder.path() / "nowhere");
  failed.started();
  const std::string why = "model folder " + (folder.path() / "nowhere").string() + " does not exist";
  CHECK(failed.service.health({}).status == 503);
  CHECK(failed.health()["status"] == "failed");
  CHECK(contains(failed.health()["message"].get<std::string>(), why));
  const http::ErrorDetails answer = refused([&] { failed.predict(R"({"inputs": "good"})"); });
  CHECK(answer.status == 503);
  CHECK(contains(answer.message, "the model could not be loaded: " + why));
  CHECK(answer.retry_after_seconds == 0);
  const Json info = Json::parse(failed.service.info({}).body);
  CHECK(info["state"] == "failed");
  CHECK(contains(info["error"].get<std::string>(), why));
  CHECK(info["error_kind"] == "missing_folder");
}

TEST_CASE("the scores of a model with NaN weights are an error, not null") {
  const TemporaryFolder folder;
  const std::filesystem::path copy = folder.path() / "broken";
  std::filesystem::copy(fixtures() / "models" / "tiny-bert", copy);
  std::string weights = read_file(copy / "model.safetensors");
  uint64_t header_size = 0;
  std::memcpy(&header_size, weights.data(), sizeof header_size);
  const Json header = Json::parse(weights.substr(8, header_size));
  const auto offset = header["classifier.bias"]["data_offsets"][0].get<size_t>();
  const float nan = std::nanf("");
  std::memcpy(weights.data() + 8 + header_size + offset, &nan, sizeof nan);
  folder.write("broken/model.safetensors", weights);
  TinyService broken(copy);
  broken.started();
  REQUIRE(broken.health()["status"] == "ready");
  set_log_level(LogLevel::kOff);
  const http::Response predicted = broken.predict(R"({"inputs": ["good", "bad"]})");
  const http::Response explained = broken.explain(R"({"inputs": "good movie"})");
  set_log_level(LogLevel::kInfo);
  for (const http::Response& response : {predicted, explained}) {
    CHECK(response.status == 500);
    const Json json = Json::parse(response.body);
    CHECK(json["error"] == "the model gave inputs[0] a score that is not a number");
    CHECK(json["field"] == "inputs[0]");
  }
}

TEST_CASE("a request whose client has gone is neither prepared nor computed") {
  TinyService service;
  service.started();
  std::stop_source client;
  client.request_stop();
  http::Request request = request_of("{}");
  request.client_gone = client.get_token();
  const auto promise = std::make_shared<std::promise<http::Response>>();
  std::atomic<bool> is_read{false};
  service.service.prepare(
      request, [promise](http::Response response) { promise->set_value(std::move(response)); },
      [&](const http::Request&, const http::Responder&) { is_read = true; });
  std::promise<void> next;
  service.service.prepare(
      request_of("{}"), [](const http::Response&) {},
      [&](const http::Request&, const http::Responder&) { next.set_value(); });
  next.get_future().wait();
  CHECK_FALSE(is_read);
}

TEST_CASE("a request's waiting time counts from its arrival and includes its preparation") {
  TinyService service;
  service.started();
  http::Request request = request_of(R"({"inputs": "good"})");
  request.arrived -= std::chrono::hours(1);
  const auto ask = [&](auto start) {
    const auto promise = std::make_shared<std::promise<http::Response>>();
    start([promise](http::Response response) { promise->set_value(std::move(response)); });
    return promise->get_future().get();
  };
  const auto predict = [&](const http::Request& asked, const http::Responder& answer) {
    service.service.predict(asked, answer);
  };
  const http::Response direct = ask([&](const http::Responder& answer) { predict(request, answer); });
  const http::Response prepared =
      ask([&](const http::Responder& answer) { service.service.prepare(request, answer, predict); });
  for (const http::Response& response : {direct, prepared}) {
    CHECK(response.status == 503);
    CHECK(contains(response.body, "waited longer than 60 s"));
  }
}

TEST_CASE("if too many requests wait, the next gets 429 with Retry-After, and the others succeed") {
  TinyService busy(fixtures() / "models" / "tiny-bert", {.max_batch_tokens = 2048, .max_queue = 1});
  busy.started();
  Json texts = Json::array();
  for (size_t i = 0; i < serve::kMaxInputs; ++i) texts.push_back(fixture()["texts"][5]);
  const std::string body = Json({{"inputs", texts}}).dump();
  std::vector<std::future<http::Response>> answers;
  http::ErrorDetails refusal{.status = 0};
  for (int i = 0; i < 1000 && refusal.status == 0; ++i) {
    try {
      answers.push_back(busy.ask(&serve::Service::predict, body));
    } catch (const http::RequestError& error) {
      refusal = error.details();
    }
  }
  CHECK(refusal.status == 429);
  CHECK(refusal.message == "1 requests are waiting already");
  CHECK(refusal.retry_after_seconds == 1);
  for (auto& answer : answers) CHECK(Json::parse(answer.get().body).size() == serve::kMaxInputs);
}

}  // namespace service_test
