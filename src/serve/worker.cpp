// The lock protects only the queue. The thread does not hold it while it computes or calls callbacks.
#include "serve/worker.h"

#include <algorithm>
#include <iterator>

#include "serve/errors.h"

namespace hone::serve {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

QueueCounters::QueueCounters(http::Metrics& metrics)
    : rows(metrics.histogram("hone_batch_rows", "inputs computed at once", {}, {1, 2, 4, 8, 16, 32, 64, 128})),
      tokens(metrics.histogram("hone_batch_tokens", "tokens computed at once", {},
                               {32, 64, 128, 256, 512, 1024, 2048, 4096})),
      seconds(metrics.histogram("hone_batch_seconds", "seconds that a batch took")),
      wait(metrics.histogram("hone_queue_wait_seconds", "seconds until a request's first batch began")),
      tokens_total(metrics.counter("hone_tokens_total", "tokens computed")),
      rejected(metrics.counter("hone_queue_rejected_total", "requests refused because the queue was full")),
      failed(metrics.counter("hone_compute_failed_total", "requests whose computation failed")),
      abandoned(metrics.counter("hone_queue_abandoned_total",
                                "requests not computed because their client had closed the connection")),
      expired(metrics.counter("hone_queue_expired_total", "requests not computed because they had waited too long")),
      waiting(metrics.gauge("hone_queue_requests", "requests that wait for the model or are being computed")) {}

http::RequestError waited_too_long(std::chrono::milliseconds max_wait) {
  return http::RequestError({.status = 503,
                             .message = fmt::format("the request waited longer than {} s for the model",
                                                    std::chrono::duration<double>(max_wait).count()),
                             .hint = kTryAgain,
                             .error_type = "overloaded",
                             .retry_after_seconds = kRetrySeconds});
}

Worker::Worker(const WorkerOptions& options, http::Metrics& metrics, Load load)
    : options_(options), metrics_(metrics), thread_([this, load = std::move(load)] { run(load); }) {}

Worker::~Worker() { stop(); }

bool Worker::submit(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= options_.max_queue) {
      metrics_.rejected.add();
      return false;
    }
    queue_.push_back(std::make_shared<Waiting>(Waiting{std::move(job), 0, {}}));
    metrics_.waiting.add(1);
  }
  wake_.notify_one();
  return true;
}

void Worker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Worker::run(const Load& load) {
  forward_ = load();
  if (!forward_) {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
    return;
  }
  for (std::vector<Part> parts = take_parts(); !parts.empty(); parts = take_parts()) compute(parts);
}

std::vector<Worker::Part> Worker::take_parts() {
  std::vector<Part> parts;
  while (parts.empty()) {
    Queue dropped;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      gather(lock);
      if (queue_.empty()) return {};
      fill(parts, dropped);
    }
    drop(dropped);
  }
  return parts;
}

// Waits for clients that send their next requests together. Otherwise the first of eight requests would be computed
// alone, and the other seven after it.
void Worker::gather(std::unique_lock<std::mutex>& lock) {
  if (num_answered_ < 2) return;
  const std::chrono::duration<double> share(batch_seconds_ * options_.gather_share);
  const auto longest = std::min<std::chrono::duration<double>>(share, options_.max_gather);
  wake_.wait_for(lock, longest, [&] { return stopping_ || queue_.size() >= num_answered_; });
}

// Takes jobs from the front of the queue until the batch is full.
void Worker::fill(std::vector<Part>& parts, Queue& dropped) {
  size_t tokens = 0;
  while (!queue_.empty()) {
    const std::shared_ptr<Waiting> waiting = queue_.front();
    const bool is_dropped = is_lost(*waiting);
    const size_t count = is_dropped ? 0 : questions_that_fit(*waiting, tokens);
    if (count == 0 && !is_dropped) return;
    queue_.pop_front();
    if (is_dropped) {
      dropped.push_back(waiting);
      continue;
    }
    if (waiting->next == 0) metrics_.wait.observe(seconds_since(waiting->job.since));
    parts.push_back({waiting, count});
  }
}

bool Worker::is_lost(const Waiting& waiting) const {
  if (waiting.job.gone.stop_requested()) return true;
  return waiting.next == 0 && Clock::now() - waiting.job.since > options_.max_wait;
}

void Worker::drop(Queue& dropped) {
  for (const std::shared_ptr<Waiting>& waiting : dropped) {
    metrics_.waiting.add(-1);
    if (waiting->job.gone.stop_requested()) {
      metrics_.abandoned.add();
      continue;
    }
    metrics_.expired.add();
    waiting->job.done(waiting->job.questions, {}, std::make_exception_ptr(waited_too_long(options_.max_wait)));
  }
}

size_t Worker::questions_that_fit(const Waiting& waiting, size_t& tokens) const {
  size_t count = 0;
  for (size_t i = waiting.next; i < waiting.job.questions.size(); ++i, ++count) {
    const size_t length = waiting.job.questions[i].num_tokens();
    if (tokens > 0 && tokens + length > options_.max_batch_tokens) break;
    tokens += length;
  }
  return count;
}

void Worker::compute(const std::vector<Part>& parts) {
  num_answered_ = 0;
  try {
    forward(parts);
  } catch (...) {
    if (parts.size() > 1) {  // compute each job alone, so that only the faulty one fails
      for (const Part& part : parts) compute({part});
      return;
    }
    metrics_.failed.add();
    metrics_.waiting.add(-1);
    const Job& job = parts.front().waiting->job;
    job.done(job.questions, {}, std::current_exception());
    return;
  }
  for (const Part& part : parts) finish(part);
}

// Computes the parts in one batch and appends the outputs to their jobs.
void Worker::forward(const std::vector<Part>& parts) {
  Questions questions;
  size_t tokens = 0;
  for (const Part& part : parts) {
    for (size_t i = 0; i < part.count; ++i) {
      questions.push_back(&part.waiting->job.questions[part.waiting->next + i]);
      tokens += questions.back()->num_tokens();
    }
  }
  const Clock::time_point start = Clock::now();
  std::vector<task::Outputs> outputs = forward_(questions);
  batch_seconds_ = seconds_since(start);
  metrics_.seconds.observe(batch_seconds_);
  metrics_.rows.observe(static_cast<double>(questions.size()));
  metrics_.tokens.observe(static_cast<double>(tokens));
  metrics_.tokens_total.add(tokens);
  auto next = std::make_move_iterator(outputs.begin());
  for (const Part& part : parts) {
    const auto begin = next;
    next += static_cast<ptrdiff_t>(part.count);
    part.waiting->outputs.insert(part.waiting->outputs.end(), begin, next);
  }
}

void Worker::finish(const Part& part) {
  Waiting& waiting = *part.waiting;
  waiting.next += part.count;
  if (waiting.next == waiting.job.questions.size()) {
    metrics_.waiting.add(-1);
    ++num_answered_;
    waiting.job.done(waiting.job.questions, std::move(waiting.outputs), nullptr);
    return;
  }
  const std::lock_guard lock(mutex_);
  if (!stopping_) queue_.push_back(part.waiting);
}

}  // namespace hone::serve
