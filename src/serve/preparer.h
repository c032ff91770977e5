// A thread that reads and tokenizes large requests, because a megabyte of text on the server's only thread would delay
// all other clients.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace hone::serve {

class Preparer {
 public:
  // Must not throw.
  using Work = std::function<void()>;

  // The queue holds at most `max_waiting` items.
  explicit Preparer(size_t max_waiting);
  ~Preparer();  // calls stop()
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // Returns false if the queue is full, or after stop().
  bool submit(Work work);
  // Discards the waiting work, and ends the thread after the current work.
  void stop();

 private:
  void run();

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // the last member, because it uses the others
};

}  // namespace hone::serve
