// A request from bytes, by Boost.Beast's parser, with hone's limits. It stops after the head, so that a request can be
// refused before its body is read.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/config.h"
#include "http/request.h"
#include "http/response.h"

namespace hone::http {

class RequestParser {
 public:
  enum class State { kHead, kHeadDone, kBody, kDone, kFailed };

  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  // Takes bytes and returns how many; the rest must come again with more behind them. Stops at kHeadDone, kDone,
  // kFailed.
  size_t feed(std::string_view bytes);
  // After kHeadDone: the body is wanted. A request without one is kDone then, one whose body cannot be taken (411, 413,
  // 417, 501, or 400 where its end is unclear) kFailed: only now, so that who may not ask at all hears that first.
  void continue_with_body();

  State state() const;
  // What is wrong; only in kFailed.
  const ErrorAnswer& failure() const;

  // From kHeadDone on; where the head itself failed, what was read of it.
  const std::string& method() const;
  const std::string& target() const;
  Headers& headers();
  bool is_http10() const;
  bool keep_alive() const;  // false where the next request's begin is not sure
  bool has_body() const;
  bool expects_continue() const;
  std::string& body();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hone::http
