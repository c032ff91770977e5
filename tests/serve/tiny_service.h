// A service with a tiny model, called without sockets.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "eval/metrics_fixture.h"
#include "serve/service.h"

namespace hone {

inline http::Request request_of(const std::string& body) {
  http::Request request;
  request.method = "POST";
  request.body = body;
  return request;
}

struct TinyService {
  http::Metrics metrics;
  serve::Service service;

  explicit TinyService(const std::filesystem::path& model = fixtures() / "models" / "tiny-bert",
                       const serve::WorkerOptions& queue = {})
      : service(options(model, queue), metrics) {}

  static serve::ServiceOptions options(const std::filesystem::path& model, const serve::WorkerOptions& queue) {
    return {.model = {model, {}, {.num_threads = 1, .device = "cpu", .precision = "fp32"}}, .queue = queue};
  }

  TinyService& started() {
    service.start();
    for (int i = 0; i < 10'000 && health()["status"] == "loading"; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    return *this;
  }

  Json health() { return Json::parse(service.health({}).body); }

  // Throws what the handler throws.
  http::Response predict(const std::string& body) { return ask(&serve::Service::predict, body).get(); }
  http::Response explain(const std::string& body) { return ask(&serve::Service::explain, body).get(); }

  template <typename Method>
  std::future<http::Response> ask(Method method, const std::string& body) {
    const auto promise = std::make_shared<std::promise<http::Response>>();
    (service.*method)(request_of(body),
                      [promise](http::Response response) { promise->set_value(std::move(response)); });
    return promise->get_future();
  }
};

inline std::string header(const http::Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

// Returns the score of a label in one row of a response of /predict.
inline double score_of(const Json& row, const std::string& label) {
  for (const Json& entry : row) {
    if (entry["label"] == label) return entry["score"].get<double>();
  }
  FAIL("no label ", label);
  return 0;
}

}  // namespace hone
