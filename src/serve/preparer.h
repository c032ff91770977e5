// A thread for what is to be done to a large request before the model can have it: reading and tokenising a megabyte
// would hold up all other clients on the server's one thread.
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

  // At most `max_waiting` wait at a time.
  explicit Preparer(size_t max_waiting);
  ~Preparer();  // stop()
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // False where too many wait already, or after stop().
  bool submit(Work work);
  // Drops what waits, and ends the thread once the work under way is done.
  void stop();

 private:
  void run();

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace hone::serve
