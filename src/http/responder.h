// Handlers respond at once, or later from any thread through a Responder.
#pragma once

#include <atomic>
#include <concepts>
#include <functional>

#include "http/request.h"
#include "http/response.h"

namespace hone::http {

// Sends the response to one request. Call it once, from any thread; later calls do nothing. If all copies are destroyed
// without a call, the client gets a 500. A call after the client has closed its connection or the server has ended does
// nothing.
using Responder = std::function<void(Response)>;

// Passes on at most one response, and a 500 if it is destroyed without one.
class ResponseSlot {
 public:
  // Calls `deliver` once, on the thread that calls give() or destroys the slot. `deliver` must not throw.
  explicit ResponseSlot(std::function<void(Response)> deliver) : deliver_(std::move(deliver)) {}
  ~ResponseSlot();
  ResponseSlot(const ResponseSlot&) = delete;
  ResponseSlot& operator=(const ResponseSlot&) = delete;

  void give(Response response);

 private:
  std::function<void(Response)> deliver_;
  std::atomic<bool> given_{false};
};

// Returns a Responder whose copies share one slot.
Responder make_responder(std::function<void(Response)> deliver);

// A function Request -> Response, or (Request, Responder) for work that takes longer. Both run on the server's only
// thread and must not block. An Error that they throw becomes the response (error_response).
class Handler {
 public:
  Handler() = default;

  template <typename Function>
    requires std::is_invocable_r_v<Response, Function&, const Request&>
  Handler(Function function)
      : handle_([function = std::move(function)](Request&& request, const Responder& respond) mutable {
          const Request& whole = request;
          respond(function(whole));
        }) {}

  template <typename Function>
    requires std::is_invocable_v<Function&, Request, Responder>
  Handler(Function function)
      : handle_([function = std::move(function)](Request&& request, const Responder& respond) mutable {
          function(std::move(request), respond);
        }) {}

  void operator()(Request&& request, const Responder& respond) const { handle_(std::move(request), respond); }
  explicit operator bool() const { return static_cast<bool>(handle_); }

 private:
  std::function<void(Request&&, const Responder&)> handle_;
};

}  // namespace hone::http
