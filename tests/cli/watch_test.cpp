#include "cli/watch.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "cli/openapi_check.h"
#include "cli/process.h"
#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;

TEST_CASE("hone watch listens on this machine alone, logs its address, and ends on a signal") {
  const TemporaryFolder folder;
  Process server(HONE_PROGRAM, {"watch", folder.path(), "--port", "0"});
  REQUIRE(server.wait_until([&] { return contains(server.error_so_far(), "there are no runs yet"); }));
  CHECK(contains(server.error_so_far(), "listening on http://127.0.0.1:"));
  server.send(SIGTERM);
  CHECK(server.wait(20).exit_code == 0);
}

TEST_CASE("openapi.json documents every route of the run page's server correctly, with a running run and without one") {
  const TemporaryFolder folder;
  folder.write("results/run.json", Json({{"state", "running"}, {"step", 7}, {"options", {{"seed", 42}}}}).dump());
  folder.write("results/metrics.jsonl", "{\"step\":1}\n");
  folder.write("results/evaluations/20.json", "{\"step\":20}");
  const int held = open((folder.path() / "results").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  REQUIRE(flock(held, LOCK_EX | LOCK_NB) == 0);  // as a run does
  Process server(HONE_PROGRAM, {"watch", folder.path(), "--port", "0"});
  const std::string said = "listening on http://127.0.0.1:";
  REQUIRE(server.wait_until([&] { return contains(server.error_so_far(), said); }));
  const std::string log = server.error_so_far();
  const auto port = static_cast<uint16_t>(std::stoi(log.substr(log.find(said) + said.size())));
  const auto ask = [&](std::string method, std::string path, const std::string& run) {
    const auto put = [&](const std::string& name, const std::string& value) {
      if (const size_t at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
    };
    put("{id}", run);
    put("{step}", "20");
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::toupper(c); });
    HttpConnection connection(port);
    connection.send_request(method, path);
    return connection.receive();
  };
  const Json document = ask("get", "/openapi.json", "").json();
  const std::string results = ask("get", "/api/runs", "").json()["runs"][0]["id"];
  size_t num_routes = 0;
  for (const auto& [path, operations] : document["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      CAPTURE(path);
      CAPTURE(method);
      ++num_routes;
      check_answer(document, operation, ask(method, path, results), method == "post" ? 202 : 200);
      if (contains(path, "{id}")) check_answer(document, operation, ask(method, path, "nothing"), 404);
    }
  }
  CHECK(num_routes == 10);
  close(held);
  check_answer(document, document["paths"]["/api/runs/{id}/stop"]["post"], ask("post", "/api/runs/{id}/stop", results),
               409);
}

TEST_CASE("hone watch without a folder or with a missing one is a usage error") {
  const ProcessResult none = run_hone({"watch"});
  CHECK(none.exit_code == 2);
  CHECK(contains(none.error, "hone watch needs RUN"));
  const ProcessResult wrong = run_hone({"watch", "/no/such/folder"});
  CHECK(wrong.exit_code == 2);
  CHECK(contains(wrong.error, "there is no folder /no/such/folder"));
}

TEST_CASE("hone watch starts without libtorch") {
  const TemporaryFolder folder;
  Process server(HONE_PROGRAM, {"watch", folder.path(), "--port", "0"});
  REQUIRE(server.wait_until([&] { return contains(server.error_so_far(), "listening on "); }));
  const std::string maps = read_file("/proc/" + std::to_string(server.pid()) + "/maps");
  CHECK_FALSE(contains(maps, "libtorch"));
  CHECK_FALSE(contains(maps, "libhone"));
}
