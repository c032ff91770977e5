// Makes the OpenAPI 3.1 document from the table of routes, so that it describes what the server does.
#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "http/route.h"

namespace hone::http {

struct ApiInfo {
  std::string title, version;
};

// Returns the description of Retry-After. Every error in the document has it; routes may add it to other responses.
ResponseHeader retry_after_header();

// Returns the document. Errors: kInternal if the schema of a route is not valid JSON.
Json openapi_document(const ApiInfo& info, std::span<const Route> routes);

}  // namespace hone::http
