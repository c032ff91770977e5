// What `hone serve` answers: the state of the model and one method a route. The methods only read, check and tokenise,
// on the server's thread or, for large requests, on one of their own; what is to be computed goes to the model's
// thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/metrics.h"
#include "http/route.h"
#include "serve/preparer.h"
#include "serve/queue_metrics.h"
#include "serve/served_model.h"
#include "serve/worker.h"

namespace hone::serve {

struct ServiceOptions {
  ModelRequest model;
  WorkerOptions queue;
  size_t max_body_bytes = 1 << 20;  // of the server, for /info
};

class Service {
 public:
  Service(ServiceOptions options, http::Metrics& metrics);
  ~Service();  // stop()
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Begins to load the model, on its own thread; requests may come from now on.
  void start();
  bool is_loading() const;
  // Ends its threads; what waits is not computed any more.
  void stop();

  // Errors of these three: http::RequestError for a wrong body, 503 while there is no model, 429 where the queue is
  // full.
  void predict(const http::Request& request, http::Answer answer);
  void explain(const http::Request& request, http::Answer answer);
  void tokenize(const http::Request& request, const http::Answer& answer) const;

  // Does what may take long before there is a job: `method`, one of the three, on a thread of its own. Error: 429 where
  // too many wait for it.
  using Method = std::function<void(const http::Request& request, http::Answer answer)>;
  void prepare(http::Request request, http::Answer answer, Method method);

  http::Response info(const http::Request& request) const;
  http::Response health(const http::Request& request) const;

 private:
  enum class State { kLoading, kReady, kFailed };
  struct Now {
    State state = State::kLoading;
    std::optional<ModelDescription> description;  // where config.json can be read: before the model is loaded
    std::shared_ptr<const ServedModel> model;     // where ready
    std::string error;                            // where failed
  };

  Worker::Forward load();
  Now now() const;
  void describe();
  void set_state(State state, std::shared_ptr<const ServedModel> model, const std::string& error);
  std::shared_ptr<const ServedModel> ready_model() const;
  void submit(Job job);
  Json info_json() const;

  ServiceOptions options_;
  http::Metrics& metrics_;
  QueueMetrics queue_metrics_;
  mutable std::mutex mutex_;
  Now now_;
  std::unique_ptr<Worker> worker_;      // last: their threads use the rest
  std::unique_ptr<Preparer> preparer_;  // and this one the worker
};

}  // namespace hone::serve
