// The thread takes work from the queue until stop().
#include "serve/preparer.h"

#include <utility>

namespace hone::serve {

Preparer::Preparer(size_t max_waiting) : max_waiting_(max_waiting), thread_([this] { run(); }) {}

Preparer::~Preparer() { stop(); }

bool Preparer::submit(Work work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void Preparer::stop() {
  std::deque<Work> dropped;  // destroyed without the lock, because destructors of the work may call back
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(waiting_);
  }
  dropped.clear();
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Preparer::run() {
  for (;;) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace hone::serve
