// Giving at most once.
#include "http/answer_slot.h"

#include <memory>

namespace hone::http {

AnswerSlot::~AnswerSlot() {
  give(error_response({.status = 500, .message = "internal error", .hint = "the server lost this request"}));
}

void AnswerSlot::give(Response response) {
  if (!given_.exchange(true)) deliver_(std::move(response));
}

Answer make_answer(std::function<void(Response)> deliver) {
  auto slot = std::make_shared<AnswerSlot>(std::move(deliver));
  return [slot](Response response) { slot->give(std::move(response)); };
}

}  // namespace hone::http
