// The one thread that owns the model. Requests wait in a bounded queue as jobs of rows; the thread takes what waits, up
// to so many tokens, computes it at once and answers. A lone client never waits for others; clients that were answered
// together are waited for a moment, since they mostly come back together. A job of more tokens than a batch takes turns
// with the others, so that a short text never waits for all of a long job.
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
#include "text/tokenizer.h"

namespace hone::serve {

struct Job {
  std::vector<text::Encoding> rows;  // at least one
  // Called once from the model's thread: the logits [rows, labels], or what the computation threw; 503 (RequestError)
  // where the job waited too long. Not called where nobody waits for it any more.
  std::function<void(std::vector<float> logits, std::exception_ptr error)> done;
  std::stop_token gone = {};                                                       // of the client
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();  // when its wait began
};

struct WorkerOptions {
  size_t max_batch_tokens = 2048;  // a longer row is a batch of its own
  size_t max_queue = 256;          // jobs that wait or are half done
  // How long the jobs of a batch are waited for after it, where there were several: this share of the seconds that it
  // took, and at most so long.
  double gather_share = 0.125;
  std::chrono::milliseconds max_gather{2};
  // A job that waited longer before its first batch is not computed: its client has given up, or soon will.
  std::chrono::milliseconds max_wait{60000};
};

// The counters and histograms of the queue, for /metrics.
struct QueueCounters {
  explicit QueueCounters(http::Metrics& metrics);

  http::Histogram &rows, &tokens, &seconds, &wait;
  http::Counter &tokens_total, &rejected, &failed, &abandoned, &expired;
  http::Gauge& waiting;
};

// The response to a request that waited longer than that: 503 with Retry-After.
http::RequestError waited_too_long(std::chrono::milliseconds max_wait);

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
    size_t next = 0;  // the first row not yet computed
    std::vector<float> logits;
  };
  using Queue = std::deque<std::shared_ptr<Waiting>>;
  // Rows next to next + count of a job.
  struct Part {
    std::shared_ptr<Waiting> waiting;
    size_t count = 0;
  };

  void run(const Load& load);
  std::vector<Part> take_parts();  // empty: no more jobs will come
  void gather(std::unique_lock<std::mutex>& lock);
  void fill(std::vector<Part>& parts, Queue& dropped);
  bool is_lost(const Waiting& waiting) const;
  void drop(Queue& dropped);
  size_t rows_that_fit(const Waiting& waiting, size_t& tokens) const;
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
  size_t num_answered_ = 0;  // jobs that the last batch ended
  double batch_seconds_ = 0;
  std::thread thread_;
};

}  // namespace hone::serve
