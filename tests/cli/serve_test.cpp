#include <sys/stat.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "cli/http_client.h"
#include "cli/openapi_check.h"
#include "cli/process.h"
#include "cli/serve_program.h"
#include "cli/tiny.h"
#include "expect_error.h"

namespace serve_test {

using namespace hone;

ServeProgram& shared() {
  static ServeProgram server(tiny_model());
  static ServeProgram& ready = server.ready();
  return ready;
}

// Checks an error response: its status, field and message, in the form that all errors have.
void check_error(const HttpAnswer& answer, int status, const std::string& field, const std::string& message) {
  CHECK(answer.status == status);
  CHECK(answer.headers.at("content-type") == "application/json");
  const Json json = answer.json();
  CHECK(json["field"] == (field.empty() ? Json() : Json(field)));
  CHECK_MESSAGE(contains(json["error"].get<std::string>(), message), json.dump());
  CHECK(json["error_type"].is_string());
}

// Longer than the tiny model's limit.
std::string much_text() {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "great ";
  return text;
}

std::string much_work() { return Json({{"inputs", std::vector<std::string>(64, much_text())}}).dump(); }

// Checks that without a model every route responds as openapi.json documents: 503 from /health and from the routes that
// need the model.
void check_without_model(const ServeProgram& server) {
  const Json document = server.get("/openapi.json").json();
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      CAPTURE(path);
      CAPTURE(method);
      const bool is_post = method == "post";
      const HttpAnswer answer = is_post ? server.post(path, {{"inputs", "good"}}) : server.get(path);
      check_answer(document, operation, answer, is_post || path == "/health" ? 503 : 200);
    }
  }
}

TEST_CASE("serve returns the same predictions as hone predict") {
  const std::vector<std::string> texts = {"good movie", "A very bad film, and boring!", "", "the plot was awful"};
  std::vector<std::string> words = {"predict", "--model", tiny_model(), "--num-threads=1", "--json"};
  for (const std::string& text : texts) words.insert(words.end(), {"--text", text});
  const std::vector<Json> expected = json_lines(run_hone(words).output);
  const HttpAnswer answer = shared().post("/predict", {{"inputs", texts}});
  REQUIRE(answer.status == 200);
  const Json rows = answer.json();
  REQUIRE(rows.size() == texts.size());
  REQUIRE(expected.size() == texts.size());
  for (size_t row = 0; row < texts.size(); ++row) {
    CAPTURE(texts[row]);
    CHECK(rows[row][0]["label"] == expected[row]["label"]);
    REQUIRE(rows[row].size() == 3);
    for (const Json& entry : rows[row]) {
      const double score = expected[row]["scores"][entry["label"].get<std::string>()].get<double>();
      CHECK(std::abs(entry["score"].get<double>() - score) < 1e-6);
    }
  }
  CHECK(shared().post("/", {{"inputs", texts}}).json() == rows);
}

TEST_CASE("openapi.json is correct: every route responds with the documented status, schema and headers") {
  const Json document = shared().get("/openapi.json").json();
  CHECK(document["openapi"].get<std::string>().starts_with("3.1"));
  const std::string too_long = std::string(300, 'a') + " " + much_text();
  const std::map<std::string, std::vector<Json>> bodies = {
      {"/predict",
       {{{"inputs", "good movie"}},
        {{"inputs", {"good", Json({"a", "b"}), Json({{"text", "a"}, {"text_pair", "b"}})}},
         {"parameters", {{"top_k", 2}}}},
        {{"inputs", "x"}, {"parameters", nullptr}, {"truncate", true}, {"truncation_direction", "Left"}},
        {{"inputs", too_long}},
        {{"inputs", ""}, {"raw_scores", true}, {"options", {{"wait_for_model", true}}}}}},
      {"/", {{{"inputs", "good movie"}}, {{"inputs", {"good", too_long}}}}},
      {"/tokenize", {{{"inputs", {"good movie", ""}}}, {{"inputs", "a b"}, {"add_special_tokens", false}}}},
      {"/explain",
       {{{"inputs", "good, bad"}},
        {{"inputs", "good"}, {"parameters", {{"label", "POSITIVE"}}}},
        {{"inputs", too_long}}}},
  };
  size_t num_posts = 0, num_gets = 0, num_cut = 0;
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      CAPTURE(path);
      CAPTURE(method);
      if (method == "get") {
        check_answer(document, operation, shared().get(path), 200);
        ++num_gets;
        continue;
      }
      REQUIRE(method == "post");
      ++num_posts;
      const Json& request = operation["requestBody"]["content"]["application/json"]["schema"];
      for (const Json& body : bodies.at(path)) {
        CAPTURE(body.dump());
        CHECK(schema_problem(request, body, document) == "");
        const HttpAnswer answer = shared().post(path, body);
        check_answer(document, operation, answer, 200);
        num_cut += answer.headers.count("x-hone-truncated");
      }
      for (const Json& wrong : {Json(Json::object()), Json({{"inputs", 1}}), Json({{"inputs", "a"}, {"unknown", 1}})}) {
        CAPTURE(wrong.dump());
        CHECK(schema_problem(request, wrong, document) != "");
        check_answer(document, operation, shared().post(path, wrong), 400);
      }
    }
  }
  CHECK(num_posts == 4);
  CHECK(num_gets == 4);
  CHECK(num_cut == 3);
}

TEST_CASE("the server refuses hostile bodies with a reason, and keeps running") {
  const auto ask = [](std::string_view body) { return shared().ask("POST", "/predict", body); };
  check_error(ask("{\"inputs\": "), 400, "", "body:1:");
  check_error(ask("{\"inputs\": \"\xFF\"}"), 400, "", "body:1:");
  check_error(ask("{\"inputs\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}"), 400, "",
              "nested deeper than 128");
  check_error(ask(R"({"inputs": ["a", "b", "c", 7]})"), 400, "inputs[3]",
              "inputs[3] must be a string or a pair of strings");
  check_error(ask(R"({"inputs": "a", "parameters": {"top_k": 0}})"), 400, "parameters.top_k", "must be a whole number");
  std::string names = "{";
  for (int i = 0; i < 80'000; ++i) names += fmt::format("\"{}\":1,", i);
  check_error(ask(names + "\"inputs\":\"a\"}"), 400, "0", "unknown field");
  check_error(ask(Json({{"inputs", std::vector<std::string>(65, "a")}}).dump()), 413, "inputs", "more than 64");
  check_error(ask(R"({"inputs": ")" + std::string(1 << 20, 'a') + R"("})"), 413, "", "");
  check_error(shared().get("/predict"), 405, "", "");
  check_error(shared().get("/nowhere"), 404, "", "");
  CHECK(shared().post("/predict", {{"inputs", "good"}}).status == 200);
}

TEST_CASE("every route truncates a text of a megabyte without spaces, marks it and responds") {
  std::string text;
  while (text.size() < 900'000) text += "\xE5\xA5\xBD";
  const HttpAnswer answer = shared().post("/predict", {{"inputs", {"good", text}}});
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("x-hone-truncated") == "1");
  const HttpAnswer explained = shared().post("/explain", {{"inputs", text}});
  CHECK(explained.status == 200);
  CHECK(explained.headers.at("x-hone-truncated") == "0");
  CHECK(explained.json()["words"].size() == 38);
  check_error(shared().post("/tokenize", {{"inputs", text}}), 413, "inputs", "more than 65536 tokens");
}

TEST_CASE("/ returns the page, or a text if hone was built without pages") {
  const HttpAnswer page = shared().get("/");
  CHECK(page.status == 200);
  CHECK(page.headers.at("content-type").starts_with("text/"));
  CHECK_FALSE(page.body.empty());
}

TEST_CASE("metrics count tokens, batches and the queue") {
  const auto value = [](const std::string& name) {
    const std::string text = "\n" + shared().get("/metrics").body;
    const size_t at = text.find("\n" + name + " ");
    REQUIRE_MESSAGE(at != std::string::npos, name);
    return std::stod(text.substr(at + name.size() + 2));
  };
  const double tokens = value("hone_tokens_total"), rows = value("hone_batch_rows_sum");
  shared().post("/predict", {{"inputs", {"good movie", "bad"}}});  // [CLS] good movie [SEP], [CLS] bad [SEP]
  CHECK(value("hone_tokens_total") == tokens + 7);
  CHECK(value("hone_batch_rows_sum") == rows + 2);
  CHECK(value("hone_batch_seconds_count") >= 1);
  CHECK(value("hone_queue_requests") == 0);
}

TEST_CASE("if keys are set, only /health responds without one") {
  const TemporaryFolder folder;
  const std::string keys = folder.write("keys", "open-sesame\n").string();
  ServeProgram server(tiny_model(), {"--api-key-file", keys});
  server.ready();
  check_error(server.post("/predict", {{"inputs", "good"}}), 401, "", "");
  check_error(server.get("/info"), 401, "", "");
  CHECK(server.ask("GET", "/info", "", "Authorization: Bearer open-sesame\r\n").status == 200);
  CHECK(server.get("/health").status == 200);
}

TEST_CASE("if the model cannot be loaded, the server keeps running and reports why") {
  const TemporaryFolder folder;
  ServeProgram server(copy_model(folder, {"model.safetensors"}).string());
  REQUIRE(server.wait_for_state("failed"));
  const HttpAnswer health = server.get("/health");
  CHECK(health.status == 503);
  CHECK(contains(health.json()["message"].get<std::string>(), " holds no trained model"));
  check_error(server.post("/predict", {{"inputs", "good"}}), 503, "", "the model could not be loaded: ");
  CHECK(server.get("/info").json()["state"] == "failed");
  check_without_model(server);
  CHECK(contains(server.log(), "error: the model could not be loaded: "));
  server.process().send(SIGTERM);
  CHECK(server.process().wait(20).exit_code == 0);
}

TEST_CASE("the server listens while the model loads, and a signal during loading ends it at once") {
  const TemporaryFolder folder;
  const std::filesystem::path model = copy_model(folder, {"model.safetensors"});
  REQUIRE(mkfifo((model / "model.safetensors").c_str(), 0600) == 0);  // reading it blocks for ever
  ServeProgram server(model.string());
  const HttpAnswer health = server.get("/health");
  CHECK(health.status == 503);
  CHECK(health.json()["status"] == "loading");
  CHECK(health.headers.at("retry-after") == "1");
  const HttpAnswer answer = server.post("/predict", {{"inputs", "good"}});
  check_error(answer, 503, "", "the model is still loading");
  CHECK(answer.headers.at("retry-after") == "1");
  Json info = server.get("/info").json();
  for (int i = 0; i < 200 && info["labels"].is_null(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    info = server.get("/info").json();
  }
  CHECK(info["state"] == "loading");
  CHECK(info["labels"] == Json({"NEGATIVE", "NEUTRAL", "POSITIVE"}));  // from config.json
  CHECK(info["num_parameters"].is_null());
  CHECK(server.get("/").status == 200);
  check_without_model(server);
  server.process().send(SIGTERM);
  CHECK(server.process().wait(20).exit_code == 0);
}

TEST_CASE("if the queue is full, the next request gets 429 with Retry-After, and the queued ones succeed") {
  ServeProgram server(tiny_model(), {"--max-queue", "1"});
  server.ready();
  const std::string work = much_work();
  std::vector<HttpConnection> clients;
  for (int i = 0; i < 40; ++i) clients.emplace_back(server.port());
  for (const HttpConnection& client : clients) client.send_request("POST", "/predict", work);
  int num_answered = 0, num_refused = 0;
  for (HttpConnection& client : clients) {
    const HttpAnswer answer = client.receive();
    num_answered += answer.status == 200;
    if (answer.status != 429) continue;
    ++num_refused;
    CHECK(answer.headers.at("retry-after") == "1");
    CHECK(answer.json()["error_type"] == "overloaded");
  }
  CHECK(num_answered >= 1);
  CHECK(num_refused >= 1);
  CHECK(num_answered + num_refused == 40);
}

TEST_CASE(
    "on a signal the server finishes the current requests, then exits with 0 after SIGTERM and 130 after Ctrl-C") {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    ServeProgram server(tiny_model());
    server.ready();
    std::vector<HttpConnection> clients;
    for (int i = 0; i < 8; ++i) clients.emplace_back(server.port());
    for (const HttpConnection& client : clients) client.send_request("POST", "/predict", much_work());
    REQUIRE(server.process().wait_until(
        [&] { return contains(server.get("/metrics").body, "hone_queue_wait_seconds_count"); }));
    server.process().send(signal_number);
    for (HttpConnection& client : clients) CHECK(client.receive().status == 200);
    CHECK(server.process().wait(20).exit_code == (signal_number == SIGTERM ? 0 : 130));
  }
}

TEST_CASE("memory does not grow over ten thousand requests of mixed size after a warm-up") {
  const auto resident_kib = [] {
    const std::string status = read_file("/proc/" + std::to_string(shared().process().pid()) + "/status");
    return std::stol(status.substr(status.find("VmRSS:") + 6));
  };
  std::vector<std::string> bodies;
  for (const size_t count : {1u, 64u, 3u, 1u, 17u, 1u}) {
    std::vector<std::string> texts;
    for (size_t i = 0; i < count; ++i) texts.push_back(reviews(static_cast<int>(i % 7)));
    bodies.push_back(Json({{"inputs", texts}}).dump());
  }
  bodies.push_back("{\"inputs\": 7}");
  bodies.push_back(Json({{"inputs", std::string(200'000, 'x')}}).dump());
  HttpConnection connection(shared().port());
  const auto ask = [&](size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const char* const path = i % 11 == 0 ? "/tokenize" : "/predict";
      connection.send_request("POST", path, bodies[i % bodies.size()]);
      if (const int status = connection.receive().status; status != 200 && status != 400) FAIL("status ", status);
    }
  };
  ask(2000);
  const long before = resident_kib();
  ask(10'000);
  CHECK(resident_kib() < before + 4096);
}

TEST_CASE("wrong options are refused before the model is read") {
  const ProcessResult open = run_hone({"serve", "--model", tiny_model(), "--host", "0.0.0.0"});
  CHECK(open.exit_code == 2);
  CHECK(contains(open.error, "--api-key-file"));
  const ProcessResult taken = run_hone({"serve", "--model", tiny_model(), "--port", std::to_string(shared().port())});
  CHECK(taken.exit_code == 1);
  CHECK(contains(taken.error, std::to_string(shared().port())));
  CHECK(run_hone({"serve"}).exit_code == 2);
  const ProcessResult host = run_hone({"serve", "--model", tiny_model(), "--allow-host", "http://x/"});
  CHECK(host.exit_code == 2);
  CHECK(contains(host.error, "--allow-host \"http://x/\" is not a name or address of a server"));
  CHECK(contains(host.error, "hone.example.org"));
  const ProcessResult origin = run_hone({"serve", "--model", tiny_model(), "--allow-origin", "example.com"});
  CHECK(origin.exit_code == 2);
  CHECK(contains(origin.error, "--allow-origin \"example.com\" has no scheme"));
}

TEST_CASE("a request that waits longer than --queue-timeout gets 503, and others succeed") {
  ServeProgram server(tiny_model(), {"--queue-timeout", "0.01", "--max-batch-tokens", "64"});
  server.ready();
  int num_expired = 0;
  for (int round = 0; round < 50 && num_expired == 0; ++round) {  // until the clients together are fast enough
    std::vector<HttpConnection> clients;
    for (int i = 0; i < 200; ++i) clients.emplace_back(server.port());
    for (const HttpConnection& client : clients) client.send_request("POST", "/predict", much_work());
    for (HttpConnection& client : clients) {
      const HttpAnswer answer = client.receive();
      if (answer.status == 200) continue;
      REQUIRE(answer.status == 503);
      ++num_expired;
      CHECK(answer.headers.at("retry-after") == "1");
      CHECK(contains(answer.body, "the request waited longer than 0.01 s for the model"));
    }
  }
  CHECK(num_expired >= 1);
  bool is_answered = false;  // a thread may wake too late once
  for (int i = 0; i < 100 && !is_answered; ++i) {
    is_answered = server.post("/predict", {{"inputs", "good movie"}}).status == 200;
  }
  CHECK(is_answered);
}

TEST_CASE("the program ends at once if the model folder is missing or has no config.json") {
  const TemporaryFolder folder;
  const std::string nowhere = (folder.path() / "nowhere").string();
  const ProcessResult missing = run_hone({"serve", "--model", nowhere, "--port", "0"});
  CHECK(missing.exit_code == 1);
  CHECK(missing.seconds < 20);
  CHECK(contains(missing.error, "error: model folder " + nowhere + " does not exist\n"));
  CHECK_FALSE(contains(missing.error, "listening"));
  const ProcessResult empty = run_hone({"serve", "--model", folder.path().string(), "--port", "0"});
  CHECK(empty.exit_code == 1);
  CHECK(contains(empty.error, folder.path().string() + " has no config.json\n"));
}

TEST_CASE("the program ends if its options do not fit the model") {
  const std::string model = tiny_model();
  for (const auto& [more, message] : {std::pair<std::vector<std::string>, const char*>{
                                          {"--doc-stride=2"}, "--doc-stride has no effect without --long-text windows"},
                                      {{"--max-seq-length=1000"}, "max_seq_length is 1000, but "}}) {
    std::vector<std::string> arguments = {"serve", "--model", model, "--port", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = run_hone(arguments);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.error, message));
  }
}

TEST_CASE("with --open the server keeps running without a model folder, so that its page can report it") {
  const TemporaryFolder folder;
  const std::string nowhere = (folder.path() / "nowhere").string();
  ServeProgram server(nowhere, {"--open"});
  REQUIRE(server.wait_for_state("failed"));
  const Json info = server.get("/info").json();
  CHECK(info["error_kind"] == "missing_folder");
  CHECK(contains(info["error"].get<std::string>(), "model folder " + nowhere + " does not exist"));
}

TEST_CASE("the access log has the time and the address that a proxy forwards") {
  ServeProgram server(tiny_model(), {"--access-log"});
  server.ready();
  CHECK(server.ask("GET", "/info", "", "X-Forwarded-For: 203.0.113.9\r\n").status == 200);
  REQUIRE(server.process().wait_until([&] { return contains(server.log(), " /info 200 "); }));
  const std::string log = server.log();
  const size_t at = log.find("127.0.0.1 (for 203.0.113.9) GET /info 200 ");
  REQUIRE(at != std::string::npos);
  CHECK(log.substr(at - 21, 2) == "20");
  CHECK(log[at - 2] == 'Z');
}

}  // namespace serve_test
