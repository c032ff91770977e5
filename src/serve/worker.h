// The thread that owns the model. Requests wait in a bounded queue as jobs of questions. The thread takes the waiting
// jobs, up to a number of tokens, and computes them in one batch. A single client never waits for others. After a batch
// of several jobs the thread waits briefly for the next requests of these clients, which usually arrive together. A job
// with more tokens than a batch takes turns with the others, so that a short text never waits for a whole long job.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "http/metrics.h"
#include "http/response.h"
#include "task/answer.h"

namespace hone::serve {

struct Job {
  std::vector<task::Question> questions;  // at least one
  // Called once, on the model's thread, with the outputs of the questions, with the exception of the computation, or
  // with a 503 (RequestError) if the job waited too long. Not called if the client has closed its connection.
  std::function<void(const std::vector<task::Question>& questions, std::vector<task::Outputs> outputs,
                     const std::exception_ptr& error)>
      done;
  std::stop_token gone = {};  // requested when the client closes its connection
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();  // when the wait began
};

struct WorkerOptions {
  size_t max_batch_tokens = 2048;  // a longer question is a batch by itself
  size_t max_queue = 256;          // maximum number of jobs that wait or are partly computed
  // After a batch of several jobs the thread waits for its clients: this share of the batch's seconds, at most
  // max_gather.
  double gather_share = 0.125;
  std::chrono::milliseconds max_gather{2};
  // A job that waited longer for its first batch is not computed, because its client has probably given up.
  std::chrono::milliseconds max_wait{60000};
};

// The counters and histograms of the queue, for /metrics.
struct QueueCounters {
  explicit QueueCounters(http::Metrics& metrics);

  http::Histogram &rows, &tokens, &seconds, &wait;
  http::Counter &tokens_total, &rejected, &failed, &abandoned, &expired;
  http::Gauge& waiting;
};

// Returns the response to a request that waited longer than max_wait: 503 with Retry-After.
http::RequestError waited_too_long(std::chrono::milliseconds max_wait);

class Worker {
 public:
  using Questions = std::vector<const task::Question*>;
  using Forward = std::function<std::vector<task::Outputs>(const Questions& questions)>;
  // Called first, on the model's thread. Returns an empty function if there is no model. Must not throw.
  using Load = std::function<Forward()>;

  Worker(const WorkerOptions& options, http::Metrics& metrics, Load load);
  ~Worker();  // calls stop()
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Returns false and does not change the job if the queue is full or the worker is stopping.
  bool submit(Job& job);
  // Discards the waiting jobs, and ends the thread after the current batch.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    Job job;
    size_t next = 0;  // first question that is not computed yet
    std::vector<task::Outputs> outputs;
  };
  using Queue = std::deque<std::shared_ptr<Waiting>>;
  // Questions [next, next + count) of a job.
  struct Part {
    std::shared_ptr<Waiting> waiting;
    size_t count = 0;
  };

  void run(const Load& load);
  std::vector<Part> take_parts();  // empty after stop()
  void gather(std::unique_lock<std::mutex>& lock);
  void fill(std::vector<Part>& parts, Queue& dropped);
  bool is_lost(const Waiting& waiting) const;
  void drop(Queue& dropped);
  size_t questions_that_fit(const Waiting& waiting, size_t& tokens) const;
  void compute(const std::vector<Part>& parts);
  void forward(const std::vector<Part>& parts);
  void finish(const Part& part);

  WorkerOptions options_;
  QueueCounters metrics_;
  Forward forward_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Queue queue_;
  bool stopping_ = false;
  size_t num_answered_ = 0;  // jobs that the last batch finished
  double batch_seconds_ = 0;
  std::thread thread_;
};

}  // namespace hone::serve
