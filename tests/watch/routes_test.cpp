#include "watch/routes.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "temporary_folder.h"
#include "watch/made_run.h"

namespace routes_test {

using namespace hone;
using namespace hone::watch;

namespace fs = std::filesystem;

// A folder with a run of this process, and its routes, called in the way the server does.
struct Case {
  Case() {
    write_run("running");
    folder.write("results/metrics.jsonl", "{\"step\":1}\n{\"step\":2}\n");
    folder.write("results/evaluations/20.json", "{\"step\":20}");
    folder.write("results/evaluations/3.json", "{\"step\":3}");
    folder.write("results/evaluations/03.json", "{}");
    folder.write("results/evaluations/x.json", "{}");
    const auto runs = std::make_shared<RunList>(std::vector<std::string>{folder.path()});
    id = runs->list().at(0).id;
    table = routes(runs);
  }

  void write_run(const char* state) const {
    folder.write("results/run.json",
                 Json({{"state", state}, {"pid", getpid()}, {"step", 7}, {"options", {{"seed", 42}}}}).dump());
  }

  http::Response call(const std::string& method, const std::string& path, http::NamedValues parameters = {},
                      http::NamedValues query = {}) const {
    for (const http::Route& route : table) {
      if (route.method != method || route.path != path) continue;
      http::Response response;
      http::Request request{.method = method, .query = std::move(query), .parameters = std::move(parameters)};
      try {
        route.handle(std::move(request), [&](http::Response answer) { response = std::move(answer); });
      } catch (const Error& error) {
        response = http::error_response(error);
      }
      return response;
    }
    FAIL("no such route");
    return {};
  }
  Json get(const std::string& path, http::NamedValues query = {}, http::NamedValues parameters = {}) const {
    parameters.emplace_back("id", id);
    const http::Response response = call("GET", path, std::move(parameters), std::move(query));
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/json");
    return parse_json(response.body, "response");
  }

  TemporaryFolder folder;
  std::vector<http::Route> table;
  std::string id;  // the id of the run "results"
};

// Locks the folder as a run does.
struct Lock {
  explicit Lock(const fs::path& folder) : descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY)) {
    REQUIRE(flock(descriptor, LOCK_EX | LOCK_NB) == 0);
  }
  ~Lock() { close(descriptor); }
  int descriptor;
};

TEST_CASE("the list has every run without its options, and a run's own route has everything") {
  const Case with;
  const Json list = with.get("/api/runs")["runs"];
  REQUIRE(list.size() == 1);
  CHECK(list[0]["id"] == with.id);
  CHECK(list[0]["name"] == "results");
  CHECK(list[0]["path"] == fs::canonical(with.folder.path() / "results").string());
  CHECK(list[0]["state"] == "interrupted");
  CHECK(list[0]["step"] == 7);
  CHECK_FALSE(list[0].contains("options"));
  CHECK(with.get("/api/runs/{id}")["options"]["seed"] == 42);
}

TEST_CASE("metrics are returned from a position onwards") {
  const Case with;
  const Json all = with.get("/api/runs/{id}/metrics");
  CHECK(all["entries"].size() == 2);
  CHECK(all["next"] == 22);
  CHECK(all["more"] == false);
  const Json rest = with.get("/api/runs/{id}/metrics", {{"from", "11"}, {"generation", all["generation"]}});
  CHECK(rest["entries"] == Json::parse("[{\"step\": 2}]"));
  CHECK(rest["restarted"] == false);
  const Json other = with.get("/api/runs/{id}/metrics", {{"from", "11"}, {"generation", "x"}});
  CHECK(other["restarted"] == true);
  CHECK(other["entries"].size() == 2);
}

TEST_CASE("a position that is not an integer is refused") {
  const Case with;
  for (const char* from : {"-1", "x", "1.5", "", "99999999999999999999", "18446744073709551615"}) {
    CAPTURE(from);
    const http::Response response = with.call("GET", "/api/runs/{id}/metrics", {{"id", with.id}}, {{"from", from}});
    CHECK(response.status == 400);
    CHECK(contains(response.body, "from must be a whole number"));
  }
}

TEST_CASE("evaluations are listed in the order of their steps, and returned by step") {
  const Case with;
  CHECK(with.get("/api/runs/{id}/evaluations")["steps"] == Json::parse("[3, 20]"));
  CHECK(with.get("/api/runs/{id}/evaluations/{step}", {}, {{"step", "20"}})["step"] == 20);
  for (const char* step : {"5", "x", "../../run", "-3", "03", "3.json"}) {
    CAPTURE(step);
    const auto response = with.call("GET", "/api/runs/{id}/evaluations/{step}", {{"id", with.id}, {"step", step}});
    CHECK(response.status == (std::string(step) == "03" ? 200 : 404));  // "03" is step 3
  }
  with.folder.write("results/evaluations/20.json", "{\"step\":");
  const auto broken = with.call("GET", "/api/runs/{id}/evaluations/{step}", {{"id", with.id}, {"step", "20"}});
  CHECK(broken.status == 404);
  CHECK(contains(broken.body, "has no evaluation of step 20"));
}

TEST_CASE("every route returns 404 for an unknown run, and no path leads out of the folder") {
  const Case with;
  for (const char* path : {"/api/runs/{id}", "/api/runs/{id}/metrics", "/api/runs/{id}/evaluations"}) {
    for (const char* id : {"nothing", "results", "..", "results/..", "/etc"}) {
      const http::Response response = with.call("GET", path, {{"id", id}});
      CHECK(response.status == 404);
      CHECK(contains(response.body, "there is no run"));
    }
  }
  CHECK(with.call("POST", "/api/runs/{id}/stop", {{"id", "nothing"}}).status == 404);
}

TEST_CASE("advice is of the run's own files, in both languages") {
  const Case with;
  MadeRun{.matrix = {{890, 10}, {95, 5}}}.write(with.folder, "results");
  const Json advice = with.get("/api/runs/{id}/advice");
  CHECK(advice["evaluations"] == 3);
  CHECK(advice["diagnoses"].at(0)["id"] == "ignored_class");
  CHECK(advice["diagnoses"].at(0)["title"]["zh"] == "\u6709\u6807\u7b7e\u88ab\u5ffd\u7565\uff1alabel 1");
  CHECK(with.call("GET", "/api/runs/{id}/advice", {{"id", "nothing"}}).status == 404);
  MadeRun{.facts = {{"format", 2}}}.write(with.folder, "results");
  const http::Response newer = with.call("GET", "/api/runs/{id}/advice", {{"id", with.id}});
  CHECK(newer.status >= 400);
  CHECK(contains(newer.body, "this hone reads formats up to 1"));
  with.folder.write("results/run.json", "{");
  CHECK(with.call("GET", "/api/runs/{id}/advice", {{"id", with.id}}).status == 404);
}

TEST_CASE("only a running run can be stopped") {
  const Case with;
  const fs::path stop = with.folder.path() / "results" / "stop";
  http::Response response = with.call("POST", "/api/runs/{id}/stop", {{"id", with.id}});
  CHECK(response.status == 409);
  CHECK(contains(response.body, "is not running: it is interrupted"));
  CHECK_FALSE(fs::exists(stop));
  const Lock lock(with.folder.path() / "results");
  response = with.call("POST", "/api/runs/{id}/stop", {{"id", with.id}});
  CHECK(response.status == 202);
  CHECK(fs::is_empty(stop));
  CHECK(with.get("/api/runs/{id}")["stopping"] == true);
  with.write_run("finished");
  CHECK(with.call("POST", "/api/runs/{id}/stop", {{"id", with.id}}).status == 409);
}

TEST_CASE("a run with a malformed file is still listed") {
  const Case with;
  with.folder.write("results/run.json", "{");
  const Json list = with.get("/api/runs")["runs"];
  REQUIRE(list.size() == 1);
  CHECK(list[0]["error"] == "its files cannot be read");
  CHECK(with.call("GET", "/health").status == 200);
}

}  // namespace routes_test
