// The OpenAPI 3.1 document of a table of routes, so that it cannot say other than what the server does.
#pragma once

#include <span>
#include <string>

#include "base/json.h"
#include "http/route.h"

namespace hone::http {

struct ApiInfo {
  std::string title, version;
};

// Retry-After: in the document every error may have it, and rows may name it for other answers of theirs.
AnswerHeader retry_after_header();

// Schemas of routes are JSON text; one that does not parse is kInternal.
Json openapi_document(const ApiInfo& info, std::span<const Route> routes);

}  // namespace hone::http
