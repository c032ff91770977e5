// The requests of `hone serve`: the state of the model, and a method for each route. The methods only read, check and
// tokenise, on the server's thread or, for large requests, on a thread of their own. The model's thread computes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/metrics.h"
#include "http/route.h"
#include "serve/preparer.h"
#include "serve/served_model.h"
#include "serve/worker.h"

namespace hone::serve {

// Headers of a response about its inputs: places of those that were truncated ("0,3"), those with many unknown tokens
// ("0=13/20": 13 of 20), those between whose best labels the model hardly decides ("0,3"); and fields of the request
// that have no effect. Absent if there are none.
inline constexpr const char* kTruncatedHeader = "X-Hone-Truncated";
inline constexpr const char* kUnknownHeader = "X-Hone-Unknown-Tokens";
inline constexpr const char* kNearTiesHeader = "X-Hone-Near-Ties";
inline constexpr const char* kIgnoredHeader = "X-Hone-Ignored";

inline constexpr const char* kLogSaysMore = "the server's log says more";

// Returns the response for the exception that is being handled; call it in a catch block. The client gets the message
// of hone's own errors; of all others, such as libtorch's with their call stacks, it gets "internal error", and the log
// gets the message. Every response 500 is logged.
http::Response response_of_current_error();

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

  // Starts to load the model on its own thread. Requests may come from now on.
  void start();
  bool is_loading() const;
  // Ends its threads. Waiting requests are dropped.
  void stop();

  // Errors of these three: http::RequestError for a wrong body, 503 if there is no model, 429 if the queue is full.
  void predict(const http::Request& request, http::Responder answer);
  void explain(const http::Request& request, http::Responder answer);
  void tokenize(const http::Request& request, const http::Responder& answer) const;

  // Runs `method`, one of the three, on a thread of its own, for requests that take long to read and tokenise. Error:
  // 429 if too many wait for this thread.
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
    std::shared_ptr<const ServedModel> model;     // if it is ready
    Failure failure;                              // if it failed
  };

  Worker::Forward load();
  Now now() const;
  void describe();
  void set_state(State state, std::shared_ptr<const ServedModel> model, const Failure& failure);
  std::shared_ptr<const ServedModel> ready_model() const;
  void submit(Job job);
  Json info_json() const;

  ServiceOptions options_;
  http::Metrics& metrics_;
  QueueCounters queue_counters_;
  mutable std::mutex mutex_;
  Now now_;
  std::unique_ptr<Worker> worker_;      // last: their threads use the rest
  std::unique_ptr<Preparer> preparer_;  // and this one the worker
};

}  // namespace hone::serve
