// Requests to POST /predict: from the body to a job, and from outputs to the response.
#pragma once

#include <memory>

#include "http/route.h"
#include "serve/served_model.h"
#include "serve/worker.h"

namespace hone::serve {

// Errors: http::RequestError; 400 for an invalid body, 413 for too many or too long inputs.
Job predict_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer);

}  // namespace hone::serve
