// The lock guards the queue only: nothing is computed and nobody is called back while it is held.
#include "serve/worker.h"

#include <algorithm>

namespace hone::serve {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

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
    queue_.push_back(std::make_shared<Waiting>(Waiting{std::move(job), Clock::now(), 0, {}}));
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
  std::unique_lock lock(mutex_);
  std::vector<Part> parts;
  while (parts.empty()) {
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return {};
    fill(parts);
  }
  return parts;
}

// From the front of the queue, until the batch is full.
void Worker::fill(std::vector<Part>& parts) {
  size_t tokens = 0;
  while (!queue_.empty()) {
    const std::shared_ptr<Waiting> waiting = queue_.front();
    if (waiting->job.is_wanted && !waiting->job.is_wanted()) {
      queue_.pop_front();
      metrics_.abandoned.add();
      metrics_.waiting.add(-1);
      continue;
    }
    const size_t count = rows_that_fit(*waiting, tokens);
    if (count == 0) return;
    queue_.pop_front();
    if (waiting->next == 0) metrics_.wait.observe(seconds_since(waiting->since));
    parts.push_back({waiting, count});
  }
}

size_t Worker::rows_that_fit(const Waiting& waiting, size_t& tokens) const {
  size_t count = 0;
  for (size_t row = waiting.next; row < waiting.job.rows.size(); ++row, ++count) {
    const size_t length = waiting.job.rows[row].ids.size();
    if (tokens > 0 && tokens + length > options_.max_batch_tokens) break;
    tokens += length;
  }
  return count;
}

void Worker::compute(const std::vector<Part>& parts) {
  try {
    forward(parts);
  } catch (...) {
    if (parts.size() > 1) {  // each by itself, so that only the one which is at fault fails
      for (const Part& part : parts) compute({part});
      return;
    }
    metrics_.failed.add();
    metrics_.waiting.add(-1);
    parts.front().waiting->job.done({}, std::current_exception());
    return;
  }
  for (const Part& part : parts) finish(part);
}

// Appends to each job the logits of its rows.
void Worker::forward(const std::vector<Part>& parts) {
  Rows rows;
  size_t tokens = 0;
  for (const Part& part : parts) {
    for (size_t i = 0; i < part.count; ++i) {
      rows.push_back(&part.waiting->job.rows[part.waiting->next + i]);
      tokens += rows.back()->ids.size();
    }
  }
  const Clock::time_point start = Clock::now();
  const std::vector<float> logits = forward_(rows);
  metrics_.seconds.observe(seconds_since(start));
  metrics_.rows.observe(static_cast<double>(rows.size()));
  metrics_.tokens.observe(static_cast<double>(tokens));
  metrics_.tokens_total.add(tokens);
  const size_t num_labels = logits.size() / rows.size();
  const float* begin = logits.data();
  for (const Part& part : parts) {
    part.waiting->logits.insert(part.waiting->logits.end(), begin, begin + part.count * num_labels);
    begin += part.count * num_labels;
  }
}

void Worker::finish(const Part& part) {
  Waiting& waiting = *part.waiting;
  waiting.next += part.count;
  if (waiting.next == waiting.job.rows.size()) {
    metrics_.waiting.add(-1);
    waiting.job.done(std::move(waiting.logits), nullptr);
    return;
  }
  const std::lock_guard lock(mutex_);
  if (!stopping_) queue_.push_back(part.waiting);
}

}  // namespace hone::serve
