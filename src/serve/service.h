// Handles the requests of `hone serve`: the state of the model, and a method for each route. The methods only read,
// check and tokenize, on the server's thread or, for large requests, on a thread of their own. The model's thread
// computes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "http/metrics.h"
#include "http/route.h"
#include "serve/preparer.h"
#include "serve/served_model.h"
#include "serve/worker.h"

namespace hone::serve {

struct ServiceOptions {
  ModelRequest model;
  WorkerOptions queue;
  size_t max_body_bytes = 1 << 20;  // the server's limit, for /info
};

class Service {
 public:
  Service(ServiceOptions options, http::Metrics& metrics);
  ~Service();  // calls stop()
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // The model's task, or the first one if there is no config.json (--open shows what is missing).
  const task::TaskRow& task() const;

  // Starts to load the model on its own thread. From now on requests may arrive.
  void start();
  bool is_loading() const;
  // The error of wrong options, which no later request can mend; unset if the model was loaded, or failed for another
  // reason.
  std::optional<Error> wrong_options() const;
  // Ends the threads, and discards waiting requests.
  void stop();

  // Errors of these three: http::RequestError; 400 or 413 for an invalid body, 503 if the model is not ready, 429 if
  // the queue is full.
  void predict(const http::Request& request, http::Responder answer);
  void explain(const http::Request& request, http::Responder answer);
  void tokenize(const http::Request& request, const http::Responder& answer) const;
  // Of a model of vectors. The same errors.
  void openai_embeddings(const http::Request& request, http::Responder answer);
  void embed(const http::Request& request, http::Responder answer);
  void similarity(const http::Request& request, http::Responder answer);

  // Runs `method`, one of these, on the preparing thread, for requests that take long to read and tokenize. Error:
  // 429 if too many requests wait for this thread.
  using Method = std::function<void(const http::Request& request, http::Responder answer)>;
  void prepare(http::Request request, http::Responder answer, Method method);

  http::Response info(const http::Request& request) const;
  http::Response health(const http::Request& request) const;

 private:
  enum class State { kLoading, kReady, kFailed };
  struct Failure {
    std::string kind;     // "missing_folder", "untrained" or "other"
    std::string message;  // with the hint in brackets
  };
  struct Now {
    State state = State::kLoading;
    std::optional<ModelDescription> description;  // from config.json, before the model is loaded
    std::shared_ptr<const ServedModel> model;     // set if the model is ready
    Failure failure;                              // set if loading failed
    std::optional<Error> wrong_options;
  };

  Worker::Forward load();
  Now now() const;
  void set_wrong_options(const Error& error);
  void set_state(State state, std::shared_ptr<const ServedModel> model, const Failure& failure);
  std::shared_ptr<const ServedModel> ready_model() const;
  void submit(Job job);
  Json info_json() const;

  ServiceOptions options_;
  http::Metrics& metrics_;
  QueueCounters queue_counters_;
  mutable std::mutex mutex_;
  Now now_;
  std::unique_ptr<Worker> worker_;      // the last members, because their threads use the others
  std::unique_ptr<Preparer> preparer_;  // this thread also uses the worker
};

}  // namespace hone::serve
