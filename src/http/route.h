// A row of a server's table of routes: method, path, what it does, and what /openapi.json says of it.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace hone::http {

// Takes the answer: from any thread, once (later calls do nothing). Dropped without a call, it answers 500. It may be
// called after the client is gone or the server is no more.
using Answer = std::function<void(Response)>;

// A function Request -> Response, or (Request, Answer) for what takes longer. Both run on the server's one thread and
// must not block. An Error that they throw becomes the answer (error_response). Answers that grow while they are sent
// (token streaming) will be a third form here and a phase of its own in Connection.
class Handler {
 public:
  Handler() = default;

  template <typename Function>
    requires std::is_invocable_r_v<Response, Function&, const Request&>
  Handler(Function function)
      : handle_([function = std::move(function)](Request&& request, const Answer& answer) mutable {
          const Request& whole = request;
          answer(function(whole));
        }) {}

  template <typename Function>
    requires std::is_invocable_v<Function&, Request, Answer>
  Handler(Function function)
      : handle_([function = std::move(function)](Request&& request, const Answer& answer) mutable {
          function(std::move(request), answer);
        }) {}

  void operator()(Request&& request, const Answer& answer) const { handle_(std::move(request), answer); }
  explicit operator bool() const { return static_cast<bool>(handle_); }

 private:
  std::function<void(Request&&, const Answer&)> handle_;
};

struct Parameter {
  std::string name;
  std::string doc;
  std::string schema = R"({"type":"string"})";  // JSON text
  std::string in = "query";                     // query, path or header
  bool required = false;
};

// A header of an answer, for /openapi.json.
struct AnswerHeader {
  std::string name;
  std::string doc;
  std::string schema = R"({"type":"string"})";  // JSON text
};

// An answer of another status than success that is none of the errors' form.
struct OtherAnswer {
  unsigned status = 0;
  std::string doc;
  std::string schema = {};  // JSON text; empty: any JSON
  std::vector<AnswerHeader> headers = {};
};

struct Route {
  std::string method;  // "GET"; HEAD and OPTIONS are answered for it
  std::string path;    // "/api/runs/{id}/metrics": {id} is one segment that is not empty
  std::string doc;     // one line, without a full stop
  Handler handle;
  bool needs_key = true;
  std::vector<Parameter> parameters = {};  // those of the path may be left out
  std::string request_schema = {};         // JSON text; empty: no body
  std::string response_schema = {};        // JSON text; empty: any JSON
  std::string response_type = "application/json";
  unsigned success = 200;
  std::vector<AnswerHeader> response_headers = {};  // of success
  std::vector<OtherAnswer> other_responses = {};
};

}  // namespace hone::http
