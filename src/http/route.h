// A row of a server's table of routes: method, path, handler, and its description for /openapi.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/responder.h"

namespace hone::http {

struct Parameter {
  std::string name;
  std::string doc;
  std::string schema = R"({"type":"string"})";  // JSON text
  std::string in = "query";                     // query, path or header
  bool required = false;
};

// A header of a response, for /openapi.json.
struct ResponseHeader {
  std::string name;
  std::string doc;
  std::string schema = R"({"type":"string"})";  // JSON text
};

// A response that is neither a success nor in the form of an error.
struct OtherResponse {
  unsigned status = 0;
  std::string doc;
  std::string schema = {};  // JSON text; empty: any JSON
  std::vector<ResponseHeader> headers = {};
};

struct Route {
  std::string method;  // "GET"; the server handles HEAD and OPTIONS itself
  std::string path;    // "/api/runs/{id}/metrics": {id} stands for one segment that is not empty
  std::string doc;     // one line, without a full stop
  Handler handle;
  bool needs_key = true;
  std::vector<Parameter> parameters = {};  // parameters of the path may be omitted
  std::string request_schema = {};         // JSON text; empty: no body
  std::string response_schema = {};        // JSON text; empty: any JSON
  std::string response_type = "application/json";
  unsigned success = 200;
  std::vector<ResponseHeader> response_headers = {};  // headers of a success
  std::vector<OtherResponse> other_responses = {};
};

}  // namespace hone::http
