// The one thread that owns the model. Requests wait in a bounded queue as jobs of rows; the thread takes what waits, up
// to so many tokens, computes it at once and answers. Nothing waits for a batch to fill. A job of more tokens than a
// batch takes turns with the others, so that a short text never waits for all of a long job.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "serve/queue_metrics.h"
#include "text/tokenizer.h"

namespace hone::serve {

struct Job {
  std::vector<text::Encoding> rows;  // at least one
  // Called once from the model's thread: the logits [rows, labels], or what the computation threw.
  std::function<void(std::vector<float> logits, std::exception_ptr error)> done;
  // False once nobody waits for the answer any more: such a job is dropped without `done`. May be empty.
  std::function<bool()> is_wanted;
};

struct WorkerOptions {
  size_t max_batch_tokens = 2048;  // a longer row is a batch of its own
  size_t max_queue = 256;          // jobs that wait or are half done
};

class Worker {
 public:
  using Rows = std::vector<const text::Encoding*>;
  using Forward = std::function<std::vector<float>(const Rows& rows)>;  // logits [rows, labels]
  // Runs first, on the model's thread; an empty function where there is no model to be had. Must not throw.
  using Load = std::function<Forward()>;

  Worker(const WorkerOptions& options, http::Metrics& metrics, Load load);
  ~Worker();  // stop()
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False where the queue is full or the worker stops; the job is then untouched.
  bool submit(Job& job);
  // Drops what waits, and ends the thread once the batch under way is done.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    Job job;
    Clock::time_point since;
    size_t next = 0;  // the first row not yet computed
    std::vector<float> logits;
  };
  // Rows next to next + count of a job.
  struct Part {
    std::shared_ptr<Waiting> waiting;
    size_t count = 0;
  };

  void run(const Load& load);
  std::vector<Part> take_parts();  // empty: no more jobs will come
  void fill(std::vector<Part>& parts);
  size_t rows_that_fit(const Waiting& waiting, size_t& tokens) const;
  void compute(const std::vector<Part>& parts);
  void forward(const std::vector<Part>& parts);
  void finish(const Part& part);

  WorkerOptions options_;
  QueueMetrics metrics_;
  Forward forward_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Waiting>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace hone::serve
