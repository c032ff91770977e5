// Handlers run on the server's thread, so they read at most a few megabytes.
#include "watch/routes.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "advise/advice_report.h"
#include "base/files.h"
#include "http/response.h"
#include "watch/run_history.h"
#include "watch/run_metrics.h"
#include "watch/run_record.h"

namespace hone::watch {

namespace {

using http::Request;
using http::Response;

// The objects that the handlers share.
struct Watched {
  std::shared_ptr<RunList> runs;
  RunMetrics metrics;
};

http::RequestError not_found(std::string message, std::string hint = "") {
  return http::RequestError({.status = 404, .message = std::move(message), .hint = std::move(hint)});
}

RunFolder run_of(const Watched& watched, const Request& request) {
  const std::string& id = request.parameter("id");
  if (const auto run = watched.runs->find(id)) return *run;
  throw not_found(fmt::format("there is no run \"{}\"", id), "GET /api/runs lists them");
}

Json record_of(const RunFolder& run, const FolderLocks& locks) {
  const auto record = read_run(run.path, locks);
  Json json = {{"id", run.id}, {"name", run.name}, {"path", run.path.string()}};
  // The files cannot be read, or have been removed.
  if (!record) return json.update({{"state", "interrupted"}, {"error", "its files cannot be read"}}), json;
  json.update(*record);
  return json;
}

Response list_runs(const Watched& watched) {
  const FolderLocks locks = FolderLocks::read();
  Json list = Json::array();
  for (const RunFolder& run : watched.runs->list()) {
    Json record = record_of(run, locks);
    record.erase("options");
    list.push_back(std::move(record));
  }
  return http::json_response({{"runs", std::move(list)}});
}

Response show_run(const Watched& watched, const Request& request) {
  return http::json_response(record_of(run_of(watched, request), FolderLocks::read()));
}

Response show_metrics(Watched& watched, const Request& request) {
  const RunFolder run = run_of(watched, request);
  const std::string from = request.query_value("from").value_or("0");
  const auto offset = step_number(from);
  if (!offset) {
    throw http::RequestError({.message = fmt::format("from must be a whole number, not \"{}\"", from),
                              .field = "from",
                              .hint = "give the \"next\" of the previous response"});
  }
  const MetricsPart part = watched.metrics.read(run.path, {*offset, request.query_value("generation").value_or("")});
  const Json head = {
      {"generation", part.generation}, {"next", part.next}, {"restarted", part.restarted}, {"more", part.is_more}};
  std::string body = head.dump();
  body.pop_back();
  // The lines are JSON already.
  body += fmt::format(",\"entries\":[{}]}}", fmt::join(part.entries, ","));
  return {.body = std::move(body)};
}

Response list_evaluations(const Watched& watched, const Request& request) {
  return http::json_response({{"steps", evaluated_steps(run_of(watched, request).path)}});
}

Response show_evaluation(const Watched& watched, const Request& request) {
  const RunFolder run = run_of(watched, request);
  const std::string& wanted = request.parameter("step");
  const auto step = step_number(wanted);
  if (!step) throw not_found(fmt::format("an evaluation is named by its step, not \"{}\"", wanted));
  const auto evaluation = read_evaluation(run.path, *step);
  if (!evaluation) throw not_found(fmt::format("run \"{}\" has no evaluation of step {}", run.id, *step));
  return http::json_response(*evaluation);
}

Response show_advice(Watched& watched, const Request& request) {
  const RunFolder run = run_of(watched, request);
  const auto history = read_history(run.path, watched.metrics, kMaxServedLogParts);
  if (!history) throw not_found(fmt::format("the files of run \"{}\" cannot be read", run.id));
  return http::json_response(advise::to_json(*history, advise::diagnose(*history)));
}

Response stop_run(const Watched& watched, const Request& request) {
  const RunFolder run = run_of(watched, request);
  const Json record = record_of(run, FolderLocks::read());
  if (record["state"] != "running") {
    throw http::RequestError(
        {.status = 409,
         .message = fmt::format("run \"{}\" is not running: it is {}", run.id, record["state"].get<std::string>())});
  }
  write_file(run.path / "stop", "");
  return http::json_response({{"stopping", true}}, 202);
}

}  // namespace

std::vector<http::Route> routes(std::shared_ptr<RunList> runs) {
  const auto watched = std::make_shared<Watched>();
  watched->runs = std::move(runs);
  const auto with = [&](auto function) {
    return [watched, function](const Request& request) -> Response { return function(*watched, request); };
  };
  const http::Parameter from = {.name = "from",
                                .doc = "the \"next\" of the previous response; absent: from the start",
                                .schema = R"({"type":"integer","minimum":0})"};
  const http::Parameter generation = {.name = "generation", .doc = "that of the previous response"};
  const std::string object = R"({"type":"object"})";
  return {
      {.method = "GET",
       .path = "/api/runs",
       .doc = "the runs: run.json of each without its options",
       .handle = [watched](const Request&) -> Response { return list_runs(*watched); },
       .response_schema = R"({"type":"object","required":["runs"],"properties":{"runs":{"type":"array"}}})"},
      {.method = "GET",
       .path = "/api/runs/{id}",
       .doc = "a run with all its options",
       .handle = with(show_run),
       .response_schema = object},
      {.method = "GET",
       .path = "/api/runs/{id}/metrics",
       .doc = "entries of a run's log from a position on",
       .handle = with(show_metrics),
       .parameters = {from, generation},
       .response_schema = R"({"type":"object","required":["generation","next","restarted","more","entries"]})"},
      {.method = "GET",
       .path = "/api/runs/{id}/evaluations",
       .doc = "the steps that have evaluations",
       .handle = with(list_evaluations),
       .response_schema = R"({"type":"object","required":["steps"]})"},
      {.method = "GET",
       .path = "/api/runs/{id}/evaluations/{step}",
       .doc = "confusion matrix, scores by label and worst mistakes of an evaluation",
       .handle = with(show_evaluation),
       .response_schema = object},
      {.method = "GET",
       .path = "/api/runs/{id}/advice",
       .doc = "what is wrong with a run, by its own curves, and options that may help, in English and Chinese",
       .handle = with(show_advice),
       .response_schema = R"({"type":"object","required":["diagnoses"],"properties":{"diagnoses":{"type":"array"}}})"},
      {.method = "POST",
       .path = "/api/runs/{id}/stop",
       .doc = "asks a running training to save a checkpoint and stop",
       .handle = with(stop_run),
       .response_schema = object,
       .success = 202},
      {.method = "GET",
       .path = "/health",
       .doc = "whether the server responds",
       .handle = [](const Request&) -> Response { return http::json_response({{"status", "ready"}, {"message", ""}}); },
       .needs_key = false,
       .response_schema = object},
  };
}

}  // namespace hone::watch
