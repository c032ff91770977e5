#include "http/responder.h"

#include <memory>

namespace hone::http {

ResponseSlot::~ResponseSlot() {
  give(error_response({.status = 500, .message = "internal error", .hint = "the server lost this request"}));
}

void ResponseSlot::give(Response response) {
  if (!given_.exchange(true)) deliver_(std::move(response));
}

Responder make_responder(std::function<void(Response)> deliver) {
  auto slot = std::make_shared<ResponseSlot>(std::move(deliver));
  return [slot](Response response) { slot->give(std::move(response)); };
}

}  // namespace hone::http
