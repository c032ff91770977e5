// An answer that is owed: given once, or, where the last who could give it has let it go, a 500.
#pragma once

#include <atomic>
#include <functional>

#include "http/route.h"

namespace hone::http {

class AnswerSlot {
 public:
  // `deliver` is called once, on the thread that gives the answer or lets it go; it must not throw.
  explicit AnswerSlot(std::function<void(Response)> deliver) : deliver_(std::move(deliver)) {}
  ~AnswerSlot();
  AnswerSlot(const AnswerSlot&) = delete;
  AnswerSlot& operator=(const AnswerSlot&) = delete;

  void give(Response response);

 private:
  std::function<void(Response)> deliver_;
  std::atomic<bool> given_{false};
};

// An Answer whose copies share one slot.
Answer make_answer(std::function<void(Response)> deliver);

}  // namespace hone::http
