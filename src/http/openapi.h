// The OpenAPI 3.1 document, made from the table of routes, so that it describes what the server does.
#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "http/route.h"

namespace hone::http {

struct ApiInfo {
  std::string title, version;
};

// Retry-After: every error in the document has it, and routes may name it for other responses.
ResponseHeader retry_after_header();

// Schemas of routes are JSON text. Errors: kInternal for one that does not parse.
Json openapi_document(const ApiInfo& info, std::span<const Route> routes);

}  // namespace hone::http
