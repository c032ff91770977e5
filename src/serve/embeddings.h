// Requests for vectors: POST /v1/embeddings in the form of OpenAI, POST /embed and /similarity in the form of Text
// Embeddings Inference (TEI). Only a model of vectors has these routes.
#pragma once

#include <memory>

#include "http/route.h"
#include "serve/served_model.h"
#include "serve/worker.h"

namespace hone::serve {

inline constexpr size_t kMaxEmbedded = 2048;  // texts of a request

// Errors of these three: http::RequestError; 400 for an invalid body, 413 for too many or too long texts.
Job openai_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer);
Job embed_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer);
Job similarity_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request,
                   http::Responder answer);

// The rows of the table of routes, without their handlers.
http::Route openai_route();
http::Route embed_route();
http::Route similarity_route();

}  // namespace hone::serve
