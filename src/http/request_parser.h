// Parses a request with Boost.Beast's parser and hone's limits. Stops after the head, so that a request can be refused
// before its body is read.
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

  // Consumes bytes and returns their number. Pass the rest again, followed by more bytes. Stops at kHeadDone, kDone and
  // kFailed.
  size_t feed(std::string_view bytes);
  // Call it after kHeadDone to read the body. The state is kDone if there is none, and kFailed if the body cannot be
  // read (411, 413, 417, 501, or 400 if its end is unclear). A separate step, so that a client without permission gets
  // that error first.
  void continue_with_body();

  State state() const;
  // Valid only in kFailed.
  const ErrorDetails& failure() const;

  // Valid from kHeadDone on. After an error in the head, they have the part that was parsed.
  const std::string& method() const;
  const std::string& target() const;
  Headers& headers();
  bool is_http10() const;
  bool keep_alive() const;  // false if the beginning of the next request is uncertain
  bool has_body() const;
  bool expects_continue() const;
  std::string& body();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hone::http
